import { and, asc, gt, inArray, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import type { LeftoverRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { NO_CALLBACK_DUE } from "./delete.ts";
import { ending } from "./ending.ts";
import { lastIdOf } from "./make-photo.ts";
import { pruneRemoved } from "./remove.ts";
import { toUpload } from "./row.ts";
import { chunks, uploads } from "./schema.ts";
import { KEPT, LIVE, RECEIVING_WHOLE, TO_FINALIZE, UNFINISHED } from "./states.ts";

/** Rows that are changed at once: less than a millisecond's work. */
const FEW = 200;

/** Of those that KEPT finds: never null. */
const KEPT_UNTIL = sql<number>`${uploads.keptUntil}`;

/** What did not become a photo: for the start and the sweeper. */
export function leftoverRecords(db: Db): LeftoverRecords {
  const lastId = lastIdOf(db);
  const lastEnd = sql<number>`coalesce((select ${chunks.start} + ${chunks.length} from ${chunks}
    where ${chunks.uploadId} = ${uploads.id} order by ${chunks.start} desc limit 1), 0)`;
  return {
    ...ending(db),

    receivingWhole: async () =>
      db.select().from(uploads).where(RECEIVING_WHOLE).all().map(toUpload),

    complete: async () =>
      db
        .select()
        .from(uploads)
        .where(and(TO_FINALIZE, isNull(uploads.keptUntil)))
        .orderBy(uploads.id)
        .all()
        .map(toUpload),

    kept: async (limit) =>
      db
        .select({ id: uploads.id, tokenId: uploads.tokenId, keptUntil: KEPT_UNTIL })
        .from(uploads)
        .where(KEPT)
        .orderBy(asc(uploads.keptUntil), asc(uploads.id))
        .limit(limit)
        .all(),

    expectedAfter: async (id, limit) =>
      db
        .select({ id: uploads.id, file: uploads.file, end: lastEnd })
        .from(uploads)
        .where(and(LIVE, isNotNull(uploads.identifier), gt(uploads.id, id)))
        .orderBy(uploads.id)
        .limit(limit)
        .all()
        .map(withFile),

    byFiles: async (names) => {
      // One parameter each, however many there are.
      const json = JSON.stringify([...names]);
      const ids = JSON.stringify(names.map(Number).filter(Number.isSafeInteger));
      const rows = db
        .select({ id: uploads.id, file: uploads.file, state: uploads.state })
        .from(uploads)
        .where(
          or(
            sql`${uploads.file} in (select value from json_each(${json}))`,
            and(sql`${uploads.id} in (select value from json_each(${ids}))`, isNull(uploads.file)),
          ),
        )
        .all()
        .map(withFile);
      return new Map(rows.map((upload) => [upload.file, upload]));
    },

    lastPhotoId: async () => lastId("photos"),

    pruneRemoved: (before) => pruneRemoved(db, before),

    clampFuture: async function* (now) {
      for (;;) {
        const few = db
          .select({ id: uploads.id })
          .from(uploads)
          .where(and(UNFINISHED, gt(uploads.lastByteAt, now)))
          .limit(FEW);
        const clamped = db
          .update(uploads)
          .set({ lastByteAt: now })
          .where(inArray(uploads.id, few))
          .run().changes;
        if (clamped === 0) return;
        yield clamped;
      }
    },

    abandoned: async function* (before) {
      for await (const rows of unfinishedByAge(db, before)) {
        yield rows
          .filter(({ settled }) => settled)
          .map(withFile)
          .map(({ id, file }) => ({ id, file }));
      }
    },
  };
}

/** Earlier versions named an upload's file by its id. */
function withFile<Row extends { id: number; file: string | null }>(
  row: Row,
): Row & { file: string } {
  return { ...row, file: row.file ?? String(row.id) };
}

type Aged = { id: number; lastByteAt: number; file: string | null; settled: number };

/** Uploads that have received nothing since then, the longest ago first, some at a time. */
async function* unfinishedByAge(db: Db, before: number): AsyncGenerator<Aged[]> {
  let after = { lastByteAt: -1, id: -1 };
  for (;;) {
    const rows = db
      .select({
        id: uploads.id,
        lastByteAt: uploads.lastByteAt,
        file: uploads.file,
        settled: sql<number>`${NO_CALLBACK_DUE}`,
      })
      .from(uploads)
      .where(
        and(
          UNFINISHED,
          lt(uploads.lastByteAt, before),
          sql`(${uploads.lastByteAt}, ${uploads.id}) > (${after.lastByteAt}, ${after.id})`,
        ),
      )
      .orderBy(asc(uploads.lastByteAt), asc(uploads.id))
      .limit(FEW)
      .all();
    const last = rows.at(-1);
    if (!last) return;
    after = last;
    yield rows;
  }
}

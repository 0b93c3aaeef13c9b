import { and, asc, eq, gt, inArray, isNull, lt, ne, sql, type SQL } from "drizzle-orm";
import type { UploadRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { forgetWhere } from "./forget.ts";
import { toUpload } from "./row.ts";
import { chunks, deliveries, uploads } from "./schema.ts";

/** A callback goes with its upload: that stays until it is told. */
const TOLD = sql`not exists (select 1 from ${deliveries} where ${deliveries.uploadId} = ${uploads.id}
  and ${deliveries.state} = 'pending')`;

/** In the index's own words: a parameter in its place would keep it from being used. */
const RECEIVING = sql`${uploads.state} = 'receiving'`;

const UNFINISHED = sql`${uploads.state} <> 'finished'`;

/** Rows that are forgotten at once: less than a millisecond's work. */
const FEW = 200;

type Leftovers = Pick<
  UploadRecords,
  | "forget"
  | "forgetEmpty"
  | "complete"
  | "abandoned"
  | "clampFuture"
  | "unfinishedWhole"
  | "dropFinishedChunks"
>;

/** What did not become a photo, and what a photo needs no more: for the start and the sweeper. */
export function leftovers(db: Db): Leftovers {
  const immediately = { behavior: "immediate" } as const;
  return {
    forget: async (id) =>
      void db.transaction(
        (tx) => forgetWhere(tx, and(eq(uploads.id, id), ne(uploads.state, "finished"), TOLD)),
        immediately,
      ),

    forgetEmpty: async (id) =>
      db.transaction((tx) => {
        const empty = and(
          eq(uploads.id, id),
          eq(uploads.state, "receiving"),
          eq(uploads.received, 0),
        );
        if (tx.delete(uploads).where(and(empty, TOLD)).run().changes > 0) return true;
        // Its backend is still to be told why a chunk of it was refused.
        return tx.update(uploads).set({ state: "failed" }).where(empty).run().changes > 0;
      }, immediately),

    complete: async () =>
      db
        .select()
        .from(uploads)
        .where(and(RECEIVING, sql`${uploads.received} = ${uploads.totalSize}`))
        .all()
        .map(toUpload),

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
      for await (const rows of byAge(db, UNFINISHED, before)) {
        yield rows
          .filter(({ told }) => told)
          .map(({ id, file }) => ({ id, file: file ?? String(id) }));
      }
    },

    unfinishedWhole: async () =>
      db
        .select()
        .from(uploads)
        .where(and(RECEIVING, isNull(uploads.identifier)))
        .all()
        .map(toUpload),

    dropFinishedChunks: async () =>
      db.transaction((tx) => {
        const left = tx
          .select({ id: uploads.id })
          .from(uploads)
          .where(sql`${uploads.state} <> 'receiving' and ${uploads.received} > 0`)
          .limit(1)
          .get();
        if (!left) return false;
        const few = sql`select start from ${chunks} where ${chunks.uploadId} = ${left.id} limit ${FEW}`;
        const dropped = tx
          .delete(chunks)
          .where(and(eq(chunks.uploadId, left.id), sql`${chunks.start} in (${few})`))
          .run().changes;
        if (dropped === FEW) return true;
        const of = eq(uploads.id, left.id);
        const forgotten = and(of, eq(uploads.state, "failed"), isNull(uploads.identifier), TOLD);
        if (tx.delete(uploads).where(forgotten).run().changes === 0) {
          tx.update(uploads).set({ received: 0 }).where(of).run();
        }
        return true;
      }, immediately),
  };
}

type Aged = { id: number; lastByteAt: number; file: string | null; told: number };

/** Uploads that have received nothing since then, the longest ago first, some at a time. */
async function* byAge(db: Db, of: SQL, before: number): AsyncGenerator<Aged[]> {
  let after = { lastByteAt: -1, id: -1 };
  for (;;) {
    const rows = db
      .select({
        id: uploads.id,
        lastByteAt: uploads.lastByteAt,
        file: uploads.file,
        told: sql<number>`${TOLD}`,
      })
      .from(uploads)
      .where(
        and(
          of,
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

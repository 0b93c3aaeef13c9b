import { and, eq, gt, inArray, isNotNull, isNull, lt, ne, or, sql } from "drizzle-orm";
import type { UploadRecords } from "../records.ts";
import { durably, type Db } from "./db.ts";
import { chunks, uploads } from "./schema.ts";

type Recovery = Pick<
  UploadRecords,
  "giveUp" | "forgetUnsynced" | "forgetBeyond" | "receivingAfter" | "byFiles" | "lastId"
>;

/** Brings the records in line with what is on the disk. */
export function recovery(db: Db): Recovery {
  const immediately = { behavior: "immediate" } as const;
  const recount = db
    .update(uploads)
    .set({
      received: sql`(select coalesce(sum(${chunks.length}), 0) from ${chunks}
        where ${chunks.uploadId} = ${uploads.id})`,
    })
    .where(and(eq(uploads.id, sql.placeholder("uploadId")), eq(uploads.state, "receiving")))
    .prepare();
  const lastEnd = sql<number>`coalesce((select ${chunks.start} + ${chunks.length} from ${chunks}
    where ${chunks.uploadId} = ${uploads.id} order by ${chunks.start} desc limit 1), 0)`;

  return {
    giveUp: async (uploadIds, before) =>
      durably(db, () => {
        const ended = db
          .update(uploads)
          .set({ state: "failed", received: 0, sealedToken: null })
          .where(
            and(
              inArray(uploads.id, [...uploadIds]),
              ne(uploads.state, "finished"),
              before === undefined ? undefined : lt(uploads.lastByteAt, before),
            ),
          )
          .returning({ id: uploads.id })
          .all();
        return new Set(ended.map(({ id }) => id));
      }),

    forgetUnsynced: async (uploadId) =>
      db.transaction((tx) => {
        tx.delete(chunks)
          .where(and(eq(chunks.uploadId, uploadId), eq(chunks.synced, false)))
          .run();
        recount.run({ uploadId });
      }, immediately),

    forgetBeyond: async (uploadId, length) =>
      db.transaction((tx) => {
        const beyond = gt(sql`${chunks.start} + ${chunks.length}`, length);
        const forgotten = tx
          .delete(chunks)
          .where(and(eq(chunks.uploadId, uploadId), beyond))
          .run().changes;
        recount.run({ uploadId });
        return forgotten;
      }, immediately),

    receivingAfter: async (id, limit) =>
      db
        .select({ id: uploads.id, file: uploads.file, end: lastEnd })
        .from(uploads)
        .where(
          and(
            sql`${uploads.state} = 'receiving'`,
            isNotNull(uploads.identifier),
            gt(uploads.id, id),
          ),
        )
        .orderBy(uploads.id)
        .limit(limit)
        .all()
        .map((row) => ({ ...row, file: row.file ?? String(row.id) })),

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
        .map((row) => ({ ...row, file: row.file ?? String(row.id) }));
      return new Map(rows.map((upload) => [upload.file, upload]));
    },

    lastId: async () => {
      const row = db.$client
        .prepare("select seq from sqlite_sequence where name = 'uploads'")
        .get() as { seq: number } | undefined;
      return row?.seq ?? 0;
    },
  };
}

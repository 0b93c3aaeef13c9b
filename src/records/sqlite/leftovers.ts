import { and, eq, gt, isNull, lt, ne, sql } from "drizzle-orm";
import type { UploadRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { toUpload } from "./row.ts";
import { chunks, deliveries, uploads } from "./schema.ts";

/** A callback goes with its upload: that stays until it is told. */
const TOLD = sql`not exists (select 1 from ${deliveries} where ${deliveries.uploadId} = ${uploads.id}
  and ${deliveries.state} = 'pending')`;

/** Rows that are forgotten at once: less than a millisecond's work. */
const FEW = 200;

type Leftovers = Pick<
  UploadRecords,
  "forget" | "forgetEmpty" | "complete" | "abandoned" | "unfinishedWhole" | "dropFinishedChunks"
>;

/** What did not become a photo, and what a photo needs no more: for the start and the sweeper. */
export function leftovers(db: Db): Leftovers {
  const immediately = { behavior: "immediate" } as const;
  return {
    forget: async (id) =>
      void db
        .delete(uploads)
        .where(and(eq(uploads.id, id), ne(uploads.state, "finished"), TOLD))
        .run(),

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
        .where(and(eq(uploads.state, "receiving"), eq(uploads.received, uploads.totalSize)))
        .all()
        .map(toUpload),

    abandoned: async (before) =>
      db
        .select()
        .from(uploads)
        .where(and(ne(uploads.state, "finished"), lt(uploads.lastByteAt, before), TOLD))
        .limit(1000)
        .all()
        .map(toUpload),

    unfinishedWhole: async () =>
      db
        .select()
        .from(uploads)
        .where(and(eq(uploads.state, "receiving"), isNull(uploads.identifier)))
        .all()
        .map(toUpload),

    dropFinishedChunks: async () => {
      const finished = db
        .select({ id: uploads.id })
        .from(uploads)
        .where(and(sql`${uploads.state} = 'finished'`, gt(uploads.received, 0)))
        .limit(1)
        .get();
      if (!finished) return false;
      const few = sql`select start from ${chunks} where ${chunks.uploadId} = ${finished.id} limit ${FEW}`;
      const dropped = db
        .delete(chunks)
        .where(and(eq(chunks.uploadId, finished.id), sql`${chunks.start} in (${few})`))
        .run().changes;
      if (dropped < FEW) {
        db.update(uploads).set({ received: 0 }).where(eq(uploads.id, finished.id)).run();
      }
      return true;
    },
  };
}

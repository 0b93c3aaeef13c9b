import { and, eq, gt, lt, sql } from "drizzle-orm";
import type { ChunkRecords } from "../records.ts";
import { enterBoot } from "./boot.ts";
import { immediately, type Db } from "./db.ts";
import { NO_CALLBACK_DUE } from "./delete.ts";
import { extras } from "./extras.ts";
import { toUpload } from "./row.ts";
import { chunks, uploads } from "./schema.ts";
import { HAS_CHUNKS_TO_PRUNE, HOLDS, LIVE } from "./states.ts";

/** Chunks that are deleted at once: less than a millisecond's work. */
const FEW = 200;

export function chunkRecords(db: Db): ChunkRecords {
  const ofUpload = eq(chunks.uploadId, sql.placeholder("uploadId"));
  const atStart = and(ofUpload, eq(chunks.start, sql.placeholder("start")));
  const stored = db.select({ length: chunks.length }).from(chunks).where(atStart).prepare();
  const last = db
    .select({ start: chunks.start, length: chunks.length })
    .from(chunks)
    .where(and(ofUpload, lt(chunks.start, sql.placeholder("end"))))
    .orderBy(sql`${chunks.start} desc`)
    .limit(1)
    .prepare();
  const sync = db.update(chunks).set({ synced: true }).where(atStart).prepare();
  const recount = db
    .update(uploads)
    .set({
      received: sql`(select coalesce(sum(${chunks.length}), 0) from ${chunks}
        where ${chunks.uploadId} = ${uploads.id})`,
    })
    .where(and(eq(uploads.id, sql.placeholder("uploadId")), LIVE))
    .prepare();

  return {
    record: recorder(db),
    has: async (uploadId, range) =>
      stored.get({ uploadId, start: range.start })?.length === range.length,
    lastBefore: async (uploadId, end) => last.get({ uploadId, end }),
    markSynced: async (uploadId, starts) =>
      db.transaction(() => {
        for (const start of starts) sync.run({ uploadId, start });
      }, immediately),
    deleteUnsynced: async (uploadId) =>
      db.transaction((tx) => {
        tx.delete(chunks)
          .where(and(eq(chunks.uploadId, uploadId), eq(chunks.synced, false)))
          .run();
        recount.run({ uploadId });
      }, immediately),
    deleteBeyond: async (uploadId, length) =>
      db.transaction((tx) => {
        const beyond = gt(sql`${chunks.start} + ${chunks.length}`, length);
        const deleted = tx
          .delete(chunks)
          .where(and(eq(chunks.uploadId, uploadId), beyond))
          .run().changes;
        recount.run({ uploadId });
        return deleted;
      }, immediately),
    enterBoot: async (bootId) => enterBoot(db, bootId),
    pruneEnded: pruner(db),
  };
}

/** The path that every chunk takes: two prepared statements in a transaction. */
function recorder(db: Db): ChunkRecords["record"] {
  const kept = extras(db);
  const insert = db
    .insert(chunks)
    .values({
      uploadId: sql.placeholder("uploadId"),
      start: sql.placeholder("start"),
      length: sql.placeholder("length"),
    })
    .onConflictDoNothing()
    .prepare();
  const count = db
    .update(uploads)
    .set({
      received: sql`${uploads.received} + ${sql.placeholder("added")}`,
      // A use that has lapsed may be another upload's by now.
      lastByteAt: sql`case when ${HOLDS} then ${sql.placeholder("now")} else ${uploads.lastByteAt} end`,
    })
    .where(and(eq(uploads.id, sql.placeholder("uploadId")), sql`${uploads.state} = 'receiving'`))
    .returning()
    .prepare();
  const upload = db
    .select()
    .from(uploads)
    .where(eq(uploads.id, sql.placeholder("uploadId")))
    .prepare();

  return async ({ uploadId, range, extra, now }) =>
    db.transaction((tx) => {
      if (!kept.add(uploadId, extra)) return "too much extra";
      const isNew = insert.run({ uploadId, ...range }).changes > 0;
      const recorded = count.get({ uploadId, added: isNew ? range.length : 0, now });
      if (recorded) return toUpload(recorded);
      // It has all its bytes, or has ended meanwhile: it gets no more chunks, and its lease is not renewed by them.
      if (isNew) {
        tx.delete(chunks)
          .where(and(eq(chunks.uploadId, uploadId), eq(chunks.start, range.start)))
          .run();
      }
      const known = upload.get({ uploadId });
      if (!known) throw new Error(`Upload ${uploadId} is not there any more`);
      return toUpload(known);
    }, immediately);
}

/** Behind each photo: prepared statements. */
function pruner(db: Db): ChunkRecords["pruneEnded"] {
  const id = sql.placeholder("id");
  const ended = db.select({ id: uploads.id }).from(uploads).where(HAS_CHUNKS_TO_PRUNE).limit(1);
  const few = sql`select start from ${chunks} where ${chunks.uploadId} = ${id} limit ${sql.raw(String(FEW))}`;
  const deleteFew = db
    .delete(chunks)
    .where(and(eq(chunks.uploadId, id), sql`${chunks.start} in (${few})`))
    .prepare();
  // One that was deleted, but for its chunks (delete.ts).
  const isDeleted = sql`${uploads.state} = 'failed' and ${uploads.identifier} is null`;
  const deleteUpload = db
    .delete(uploads)
    .where(and(eq(uploads.id, id), isDeleted, NO_CALLBACK_DUE))
    .prepare();
  const noteNone = db.update(uploads).set({ received: 0 }).where(eq(uploads.id, id)).prepare();
  const next = ended.prepare();

  return async () =>
    db.transaction(() => {
      const left = next.get();
      if (!left) return false;
      if (deleteFew.run(left).changes === FEW) return true;
      if (deleteUpload.run(left).changes === 0) noteNone.run(left);
      return true;
    }, immediately);
}

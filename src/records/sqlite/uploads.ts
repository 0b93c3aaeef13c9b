import { and, eq, gt, isNotNull, lt, ne, sql } from "drizzle-orm";
import { newFileName } from "../../files/names.ts";
import type { Identity, Upload, UploadRecords } from "../records.ts";
import { finishUpload } from "./finish.ts";
import { refusals } from "./failure.ts";
import { forgetWhere } from "./forget.ts";
import { leftovers } from "./leftovers.ts";
import { durably, type Db } from "./db.ts";
import { extras } from "./extras.ts";
import { recovery } from "./recovery.ts";
import { holdingAt, HOLDS_USE, LAPSE_MS, useOf } from "./reserve.ts";
import { toUpload } from "./row.ts";
import { chunks, deliveries, photos, uploads } from "./schema.ts";

export function uploadRecords(db: Db): UploadRecords {
  const find = byIdentity(db);
  const use = useOf(db);
  const kept = extras(db);
  const stored = db
    .select({ length: chunks.length })
    .from(chunks)
    .where(
      and(
        eq(chunks.uploadId, sql.placeholder("uploadId")),
        eq(chunks.start, sql.placeholder("start")),
      ),
    )
    .prepare();
  const insertChunk = db
    .insert(chunks)
    .values({
      uploadId: sql.placeholder("uploadId"),
      start: sql.placeholder("start"),
      length: sql.placeholder("length"),
    })
    .onConflictDoNothing()
    .prepare();
  const countBytes = db
    .update(uploads)
    .set({
      received: sql`${uploads.received} + ${sql.placeholder("added")}`,
      lastByteAt: sql`${sql.placeholder("now")}`,
      type: sql`coalesce(${sql.placeholder("type")}, ${uploads.type})`,
    })
    .where(and(eq(uploads.id, sql.placeholder("uploadId")), sql`${uploads.state} = 'receiving'`))
    .returning()
    .prepare();
  const one = db
    .select()
    .from(uploads)
    .where(eq(uploads.id, sql.placeholder("uploadId")))
    .prepare();
  const last = db
    .select({ start: chunks.start, length: chunks.length })
    .from(chunks)
    .where(
      and(
        eq(chunks.uploadId, sql.placeholder("uploadId")),
        lt(chunks.start, sql.placeholder("end")),
      ),
    )
    .orderBy(sql`${chunks.start} desc`)
    .limit(1)
    .prepare();
  const sync = db
    .update(chunks)
    .set({ synced: true })
    .where(
      and(
        eq(chunks.uploadId, sql.placeholder("uploadId")),
        eq(chunks.start, sql.placeholder("start")),
      ),
    )
    .prepare();
  const holding = db
    .select({ id: uploads.id })
    .from(uploads)
    .where(and(eq(uploads.id, sql.placeholder("id")), HOLDS_USE))
    .prepare();
  const unfinishedChunked = db
    .select({ id: uploads.id })
    .from(uploads)
    .where(
      and(
        eq(uploads.tokenId, sql.placeholder("tokenId")),
        sql`${uploads.state} = 'receiving'`,
        isNotNull(uploads.identifier),
      ),
    )
    .limit(1)
    .prepare();
  const finishedChunked = db
    .select({ id: uploads.id })
    .from(uploads)
    .innerJoin(photos, eq(photos.uploadId, uploads.id))
    .where(
      and(
        eq(photos.tokenId, sql.placeholder("tokenId")),
        gt(photos.createdAt, sql.placeholder("since")),
        isNotNull(uploads.identifier),
      ),
    )
    .limit(1)
    .prepare();
  const countUnfinished = db
    .select({ count: sql<number>`count(*)` })
    .from(uploads)
    .where(and(eq(uploads.tokenId, sql.placeholder("tokenId")), ne(uploads.state, "finished")))
    .prepare();
  const touch = db
    .update(uploads)
    .set({ lastByteAt: sql`${sql.placeholder("now")}` })
    .where(eq(uploads.id, sql.placeholder("id")))
    .prepare();

  const immediately = { behavior: "immediate" } as const;

  return {
    byIdentity: async (tokenId, identity) => find(tokenId, identity),

    reserveChunked: async ({ known: before, tokenId, identity, told, sealedToken, now }) => {
      // It holds its use, and its last chunk has said so: nothing to write, nothing to wait for.
      if (before?.state === "receiving" && Math.abs(now - before.lastByteAt) < LAPSE_MS / 2) {
        return { reserved: true, upload: before };
      }
      return db.transaction((tx) => {
        const known = find(tokenId, identity);
        if (known?.state === "finished") return { reserved: true, upload: known };
        const had = use({ tokenId, now, except: known?.id ?? 0 });
        if (had !== "free") return { reserved: false, used: had === "used" };
        const begun = { state: "receiving" as const, lastByteAt: now, sealedToken };
        if (known?.state === "receiving") {
          const row = tx
            .update(uploads)
            .set(begun)
            .where(eq(uploads.id, known.id))
            .returning()
            .get();
          return { reserved: true, upload: toUpload(row) };
        }
        // A failed one starts over under an id of its own, so that nothing of the old one's bytes,
        // requests and syncs that are still under way can be taken for the new one's. What was told of
        // it has been told of this one.
        if (known)
          tx.update(uploads).set({ identifier: null }).where(eq(uploads.id, known.id)).run();
        const row = tx
          .insert(uploads)
          .values({
            ...begun,
            ...identity,
            file: newFileName(),
            tokenId,
            createdAt: now,
            extra: {},
            told,
          })
          .returning()
          .get();
        if (known) {
          tx.update(deliveries)
            .set({ uploadId: row.id })
            .where(eq(deliveries.uploadId, known.id))
            .run();
          forgetWhere(tx, eq(uploads.id, known.id));
        }
        return { reserved: true, upload: toUpload(row) };
      }, immediately);
    },

    beginWhole: async ({ tokenId, filename, now }) =>
      db.transaction((tx) => {
        const had = use({ tokenId, now });
        if (had !== "free") return { reserved: false, used: had === "used" };
        const row = tx
          .insert(uploads)
          .values({
            tokenId,
            filename,
            file: newFileName(),
            state: "receiving",
            createdAt: now,
            lastByteAt: now,
            extra: {},
            told: {},
          })
          .returning()
          .get();
        return { reserved: true, upload: toUpload(row) };
      }, immediately),

    hasUnfinishedChunked: async (tokenId) => unfinishedChunked.get({ tokenId }) !== undefined,

    hasFinishedChunked: async (tokenId, since) =>
      finishedChunked.get({ tokenId, since }) !== undefined,

    unfinishedOf: async (tokenId) => countUnfinished.get({ tokenId })?.count ?? 0,

    holdsUse: async (id, now) => holding.get({ id, ...holdingAt(now) }) !== undefined,

    hasStored: async (uploadId, range) =>
      stored.get({ uploadId, start: range.start })?.length === range.length,

    lastChunkBefore: async (uploadId, end) => last.get({ uploadId, end }),

    extra: async (uploadId) => kept.of(uploadId),

    recordChunk: async ({ uploadId, range, extra, type, now }) =>
      db.transaction((tx) => {
        if (!kept.add(uploadId, extra)) return "too much extra";
        const added = insertChunk.run({ uploadId, ...range }).changes > 0 ? range.length : 0;
        const recorded = countBytes.get({ uploadId, added, now, type });
        if (recorded) return toUpload(recorded);
        // Its last answer was given meanwhile: a photo has no chunks, and a failed upload none either.
        tx.delete(chunks)
          .where(and(eq(chunks.uploadId, uploadId), eq(chunks.start, range.start)))
          .run();
        const known = one.get({ uploadId });
        if (!known) throw new Error(`Upload ${uploadId} is not there any more`);
        return toUpload(known);
      }, immediately),

    markSynced: async (uploadId, starts) =>
      db.transaction(() => {
        for (const start of starts) sync.run({ uploadId, start });
      }, immediately),

    touch: async (id, now) => void touch.run({ id, now }),

    finish: async (request) => durably(db, () => finishUpload(db, use, kept, request)),
    ...refusals(db),
    ...leftovers(db),
    ...recovery(db),
  };
}

function byIdentity(db: Db) {
  const query = db
    .select()
    .from(uploads)
    .where(
      and(
        eq(uploads.tokenId, sql.placeholder("tokenId")),
        eq(uploads.identifier, sql.placeholder("identifier")),
        eq(uploads.totalSize, sql.placeholder("totalSize")),
        eq(uploads.chunkSize, sql.placeholder("chunkSize")),
        eq(uploads.filename, sql.placeholder("filename")),
      ),
    )
    .prepare();
  return (tokenId: number, identity: Identity): Upload | undefined => {
    const row = query.get({ tokenId, ...identity });
    return row && toUpload(row);
  };
}

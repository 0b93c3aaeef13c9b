import { and, eq, gt, lt, sql } from "drizzle-orm";
import type { Finish, FinishRequest } from "../records.ts";
import { pending } from "./failure.ts";
import type { Db } from "./db.ts";
import { LAPSE_MS, type roomFor } from "./reserve.ts";
import { deliveries, photos, uploads, uploadTokens } from "./schema.ts";

/**
 * Makes the photo of an upload, exactly once: the upload's change from receiving to finished is the
 * condition, everything else hangs on it in one transaction.
 */
export function finishUpload(
  db: Db,
  room: ReturnType<typeof roomFor>,
  { uploadId, photo, extra, delivery, now }: FinishRequest,
): Finish {
  return db.transaction(
    (tx) => {
      const upload = tx.select().from(uploads).where(eq(uploads.id, uploadId)).get();
      if (upload?.state === "finished") {
        const made = tx.select().from(photos).where(eq(photos.uploadId, uploadId)).get();
        return made ? { photo: made, first: false } : "busy";
      }
      if (upload?.state !== "receiving") return "busy";
      const uses = tx
        .select({ max: uploadTokens.maxUploads, consumed: uploadTokens.consumed })
        .from(uploadTokens)
        .where(eq(uploadTokens.id, upload.tokenId))
        .get();
      if (!uses || uses.consumed >= uses.max) return "used";
      // Others of its name that are undecided may be its own chunks that came again. Where it is a whole
      // file, the one that began first has the use.
      const undecidedName = upload.filename;
      const of = { tokenId: upload.tokenId, now, except: uploadId, undecidedName };
      const before = upload.identifier === null && earlierOfName(tx, upload, now) ? 1 : 0;
      if (!room(of, before)) return "busy";

      const changed = tx
        .update(uploads)
        .set({
          state: "finished",
          type: photo.type,
          extra,
          undecided: false,
          sealedToken: null,
          lastByteAt: now,
        })
        .where(and(eq(uploads.id, uploadId), eq(uploads.state, "receiving")))
        .run().changes;
      if (changed !== 1) return "busy";
      const token = tx
        .update(uploadTokens)
        .set({ consumed: sql`${uploadTokens.consumed} + 1` })
        .where(eq(uploadTokens.id, upload.tokenId))
        .returning()
        .get();
      const made = tx
        .insert(photos)
        .values({
          ...photo,
          id: uploadId,
          uploadId,
          tokenId: upload.tokenId,
          userId: token.userId,
          title: token.title,
          description: token.description,
          tags: token.tags,
          albumId: token.albumId,
          published: token.publish,
          publishDate: token.publishDate,
          absoluteUrl: token.absoluteUrl,
          filename: upload.filename,
          createdAt: now,
        })
        .returning()
        .get();
      if (delivery)
        tx.insert(deliveries)
          .values(pending(delivery, uploadId, "success", now))
          .run();
      return { photo: made, first: true };
    },
    { behavior: "immediate" },
  );
}

type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

/** Whether a file of the same name is coming in that began before, and is still undecided. */
function earlierOfName(tx: Tx, upload: typeof uploads.$inferSelect, now: number): boolean {
  const earlier = tx
    .select({ id: uploads.id })
    .from(uploads)
    .where(
      and(
        eq(uploads.tokenId, upload.tokenId),
        eq(uploads.filename, upload.filename),
        eq(uploads.state, "receiving"),
        eq(uploads.undecided, true),
        lt(uploads.id, upload.id),
        gt(uploads.lastByteAt, now - LAPSE_MS),
      ),
    )
    .get();
  return earlier !== undefined;
}

import { and, eq, sql } from "drizzle-orm";
import type { Finish, FinishRequest } from "../records.ts";
import type { extras } from "./extras.ts";
import { pending } from "./failure.ts";
import type { Db } from "./db.ts";
import type { useOf } from "./reserve.ts";
import { toPhoto } from "./row.ts";
import { deliveries, photos, uploads, uploadTokens } from "./schema.ts";

/**
 * Makes the photo of an upload, exactly once: the upload's change from receiving to finished is the
 * condition, everything else hangs on it in one transaction.
 */
export function finishUpload(
  db: Db,
  use: ReturnType<typeof useOf>,
  kept: ReturnType<typeof extras>,
  { uploadId, photo, extra, delivery, now }: FinishRequest,
): Finish {
  return db.transaction(
    (tx) => {
      const upload = tx.select().from(uploads).where(eq(uploads.id, uploadId)).get();
      if (upload?.state === "finished") {
        const made = tx.select().from(photos).where(eq(photos.uploadId, uploadId)).get();
        return made ? { photo: toPhoto(made), first: false } : "busy";
      }
      if (upload?.state !== "receiving") return "busy";
      const owner = tx
        .select({ revokedAt: uploadTokens.revokedAt })
        .from(uploadTokens)
        .where(eq(uploadTokens.id, upload.tokenId))
        .get();
      if (!owner || owner.revokedAt !== null) return "revoked";
      const had = use({ tokenId: upload.tokenId, now, except: uploadId });
      if (had !== "free") return had;

      const changed = tx
        .update(uploads)
        .set({
          state: "finished",
          type: photo.type,
          sealedToken: null,
          lastByteAt: now,
        })
        .where(and(eq(uploads.id, uploadId), eq(uploads.state, "receiving")))
        .run().changes;
      if (changed !== 1) return "busy";
      kept.add(uploadId, extra);
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
          file: upload.file,
          createdAt: now,
        })
        .returning()
        .get();
      if (delivery)
        tx.insert(deliveries)
          .values(pending(delivery, uploadId, "success", now))
          .run();
      return { photo: toPhoto(made), first: true };
    },
    { behavior: "immediate" },
  );
}

import { and, eq, sql } from "drizzle-orm";
import type { Db } from "./db.ts";
import { originals, photos, uploads, uploadTokens } from "./schema.ts";
import { LIVE } from "./states.ts";

/** The statements that a photo is made by, or a new original of one (make-photo.ts). */
export function photoStatements(db: Db) {
  /** Ends an upload that is under way; no row where it is not. */
  const finish = db
    .update(uploads)
    .set({
      state: "finished",
      lease: null,
      sealedToken: null,
      lastByteAt: sql`${sql.placeholder("now")}`,
    })
    .where(and(eq(uploads.id, sql.placeholder("uploadId")), LIVE))
    .returning()
    .prepare();
  /** Takes a use of the token for good. */
  const consume = db
    .update(uploadTokens)
    .set({ consumed: sql`${uploadTokens.consumed} + 1` })
    .where(eq(uploadTokens.id, sql.placeholder("tokenId")))
    .returning()
    .prepare();
  const insertPhoto = db
    .insert(photos)
    .values({
      id: sql.placeholder("id"),
      treeId: sql.placeholder("treeId"),
      token: sql.placeholder("token"),
      tokenId: sql.placeholder("tokenId"),
      originalId: sql.placeholder("originalId"),
      userId: sql.placeholder("userId"),
      title: sql.placeholder("title"),
      description: sql.placeholder("description"),
      tags: sql.placeholder("tags"),
      albumId: sql.placeholder("albumId"),
      published: sql.placeholder("published"),
      publishDate: sql.placeholder("publishDate"),
      absoluteUrl: sql.placeholder("absoluteUrl"),
      createdAt: sql.placeholder("now"),
    })
    .prepare();
  const insertOriginal = db
    .insert(originals)
    .values({
      id: sql.placeholder("originalId"),
      photoId: sql.placeholder("photoId"),
      version: sql.placeholder("version"),
      uploadId: sql.placeholder("uploadId"),
      file: sql.placeholder("file"),
      filename: sql.placeholder("filename"),
      type: sql.placeholder("type"),
      size: sql.placeholder("size"),
      sha256: sql.placeholder("sha256"),
      createdAt: sql.placeholder("now"),
    })
    .prepare();
  const lastVersion = db
    .select({ version: sql<number>`coalesce(max(${originals.version}), 0)` })
    .from(originals)
    .where(eq(originals.photoId, sql.placeholder("photoId")))
    .prepare();
  /** Gives a photo another original. */
  const replace = db
    .update(photos)
    .set({
      originalId: sql`${sql.placeholder("originalId")}`,
      updatedAt: sql`${sql.placeholder("now")}`,
    })
    .where(eq(photos.id, sql.placeholder("photoId")))
    .prepare();
  return { finish, consume, insertPhoto, insertOriginal, lastVersion, replace };
}

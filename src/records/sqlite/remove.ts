import { and, asc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Photo, RemovalRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { originals, photos, removals, uploads } from "./schema.ts";
import { LIVE } from "./states.ts";

/** Takes photos, and files of their originals, from the records. Call them inside a transaction. */
export function remover(db: Db) {
  const insert = db
    .insert(removals)
    .values({
      treeId: sql.placeholder("treeId"),
      photoId: sql.placeholder("photoId"),
      file: sql.placeholder("file"),
      size: sql.placeholder("size"),
      at: sql.placeholder("now"),
    })
    .prepare();

  /** The file of the photo's original is to be deleted. */
  function fileOf({ id: photoId, treeId, original: { file, size } }: Photo, now: number): void {
    insert.run({ treeId, photoId, file, size, now });
  }

  return {
    fileOf,
    /** All that is on record of the photo, but for callbacks. Files of earlier originals were removed with their replacement. */
    photo: (photo: Photo, now: number): void => {
      fileOf(photo, now);
      const replacing = eq(uploads.replaces, photo.id);
      db.update(uploads)
        .set({
          state: "failed",
          lease: null,
          sealedToken: null,
          lastByteAt: now,
          failureCode: "no_such_photo",
          failureMessage: "The photo that was to be replaced was deleted.",
        })
        .where(and(replacing, LIVE))
        .run();
      db.update(uploads).set({ replaces: null }).where(replacing).run();
      db.delete(originals).where(eq(originals.photoId, photo.id)).run();
      db.delete(photos).where(eq(photos.id, photo.id)).run();
    },
  };
}

export function removalRecords(db: Db): RemovalRecords {
  return {
    before: async (at, limit) =>
      db
        .select({
          id: removals.id,
          treeId: removals.treeId,
          photoId: removals.photoId,
          file: removals.file,
          size: removals.size,
        })
        .from(removals)
        .where(lt(removals.at, at))
        .orderBy(asc(removals.at))
        .limit(limit)
        .all(),
    done: async (ids) =>
      void db
        .delete(removals)
        .where(inArray(removals.id, [...ids]))
        .run(),
  };
}

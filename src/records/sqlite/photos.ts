import { and, asc, eq, gt, inArray, isNotNull, lt, sql } from "drizzle-orm";
import type { Photo, PhotoPage, PhotoFilter, PhotoRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { selectPhotos, type Finders } from "./find.ts";
import { photoTransactions } from "./photo-changes.ts";
import type { PhotoIndex } from "./photo-index.ts";
import { recentPhotos } from "./recent-photos.ts";
import { originals, photos } from "./schema.ts";

/** Rows that are changed at once: less than a millisecond's work. */
const FEW = 200;

/** The condition that a photo is in the trash, in the words of the index. */
const IN_TRASH = isNotNull(photos.deletedAt);

export function photoRecords(
  db: Db,
  finders: Finders,
  parts: {
    index: PhotoIndex;
    /** A photo was changed, and its transaction has ended. */
    note: (photo: Photo) => void;
    list: (filter: PhotoFilter) => Promise<PhotoPage>;
    segments: PhotoRecords["segments"];
    whenIndexed: () => Promise<void>;
    prepareSearch: () => Promise<void>;
  },
): PhotoRecords {
  const find = finders.photos;
  let prepared: ReturnType<typeof prepareFollowing> | undefined;
  // Once for all pages, and not before somebody goes through them: a statement is memory until it is collected.
  const following = () => (prepared ??= prepareFollowing(db));
  const recent = recentPhotos(db, find.byId);
  return {
    byId: async (id) => recent(id),
    byUpload: async (uploadId) => find.byUpload(uploadId),
    placeOf: async (uploadId) => find.placeOf(uploadId),
    firstUpload: async (photoId) =>
      db
        .select({ uploadId: originals.uploadId })
        .from(originals)
        .where(eq(originals.photoId, photoId))
        .orderBy(asc(originals.version))
        .limit(1)
        .get()?.uploadId,
    ...photoTransactions(db, finders, parts.index, parts.note),
    after: async (id, limit) => following().all({ id, limit }),
    trashedBefore: async (at, limit) =>
      db
        .select({ id: photos.id })
        .from(photos)
        .where(and(IN_TRASH, lt(photos.deletedAt, at)))
        .orderBy(asc(photos.deletedAt))
        .limit(limit)
        .all()
        .map(({ id }) => id),
    clampTrash: async function* (now) {
      const few = db
        .select({ id: photos.id })
        .from(photos)
        .where(and(IN_TRASH, gt(photos.deletedAt, now)))
        .limit(FEW);
      for (;;) {
        const { changes } = db
          .update(photos)
          .set({ deletedAt: now })
          .where(inArray(photos.id, few))
          .run();
        if (changes === 0) return;
        yield changes;
      }
    },
    list: parts.list,
    segments: parts.segments,
    whenIndexed: parts.whenIndexed,
    prepareSearch: parts.prepareSearch,
  };
}

function prepareFollowing(db: Db) {
  return selectPhotos(db)
    .where(gt(photos.id, sql.placeholder("id")))
    .orderBy(asc(photos.id))
    .limit(sql.placeholder("limit"))
    .prepare();
}

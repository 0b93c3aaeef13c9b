import { and, asc, desc, eq, gt, inArray, lt, sql, type SQL } from "drizzle-orm";
import type { PhotoFilter, PhotoRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { selectPhotos, type Finders } from "./find.ts";
import { photoTransactions } from "./photo-changes.ts";
import type { Places } from "./places.ts";
import { IN_TRASH, NOT_IN_TRASH, published } from "./published.ts";
import { photos } from "./schema.ts";

/** Rows that are changed at once: less than a millisecond's work. */
const FEW = 200;

export function photoRecords(db: Db, finders: Finders, places: Places): PhotoRecords {
  const find = finders.photos;
  let prepared: ReturnType<typeof prepareFollowing> | undefined;
  // Once for all pages, and not before somebody goes through them: a statement is memory until it is collected.
  const following = () => (prepared ??= prepareFollowing(db));
  return {
    byId: async (id) => find.byId(id),
    byUpload: async (uploadId) => find.byUpload(uploadId),
    placeOf: async (uploadId) => find.placeOf(uploadId),
    transact: photoTransactions(db, finders, places.change),
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
    list: async (filter) => {
      const few = filter.photoId !== undefined || filter.tokenId !== undefined;
      return few ? listFew(db, filter) : places.page(filter);
    },
  };
}

function prepareFollowing(db: Db) {
  return selectPhotos(db)
    .where(gt(photos.id, sql.placeholder("id")))
    .orderBy(asc(photos.id))
    .limit(sql.placeholder("limit"))
    .prepare();
}

/** Of one photo, or of a token, which has a thousand uses at most (protocol 3): these are counted. */
function listFew(db: Db, filter: PhotoFilter): Awaited<ReturnType<PhotoRecords["list"]>> {
  const where = condition(filter);
  const total = db
    .select({ count: sql<number>`count(*)` })
    .from(photos)
    .where(where)
    .get();
  const newestFirst = [desc(photos.createdAt), desc(photos.id)];
  // Their ids first: of photos that are passed over nothing else is read.
  const ids = db
    .select({ id: photos.id })
    .from(photos)
    .where(where)
    .orderBy(...newestFirst)
    .limit(filter.limit)
    .offset(filter.offset);
  const page = selectPhotos(db)
    .where(inArray(photos.id, ids))
    .orderBy(...newestFirst)
    .all();
  return { photos: page, total: total?.count ?? 0 };
}

function condition(filter: PhotoFilter): SQL | undefined {
  return and(
    NOT_IN_TRASH,
    filter.photoId === undefined ? undefined : eq(photos.id, filter.photoId),
    filter.tokenId === undefined ? undefined : eq(photos.tokenId, filter.tokenId),
    filter.publishedAt === undefined ? undefined : published(filter.publishedAt),
  );
}

import { and, desc, eq, isNotNull, lte, or, sql, type SQL } from "drizzle-orm";
import type { PhotoFilter, PhotoRecords } from "../records.ts";
import type { Db } from "./db.ts";
import type { Places } from "./places.ts";
import { toPhoto } from "./row.ts";
import { photos } from "./schema.ts";

export function photoRecords(db: Db, places: Places): PhotoRecords {
  const byId = db
    .select()
    .from(photos)
    .where(eq(photos.id, sql.placeholder("id")))
    .prepare();
  return {
    byId: async (id) => {
      const row = byId.get({ id });
      return row && toPhoto(row);
    },
    list: async (filter) => {
      const few = filter.photoId !== undefined || filter.tokenId !== undefined;
      return few ? listFew(db, filter) : places.page(filter);
    },
  };
}

/** Of one photo, or of a token, which has a thousand uses at most (protocol 3): these are counted. */
function listFew(db: Db, filter: PhotoFilter): Awaited<ReturnType<PhotoRecords["list"]>> {
  const where = condition(filter);
  const total = db
    .select({ count: sql<number>`count(*)` })
    .from(photos)
    .where(where)
    .get();
  const page = db
    .select()
    .from(photos)
    .where(where)
    .orderBy(desc(photos.createdAt), desc(photos.id))
    .limit(filter.limit)
    .offset(filter.offset)
    .all();
  return { photos: page.map(toPhoto), total: total?.count ?? 0 };
}

function condition(filter: PhotoFilter): SQL | undefined {
  const parts: (SQL | undefined)[] = [];
  if (filter.photoId !== undefined) parts.push(eq(photos.id, filter.photoId));
  if (filter.tokenId !== undefined) parts.push(eq(photos.tokenId, filter.tokenId));
  if (filter.publishedAt !== undefined) {
    parts.push(
      or(
        eq(photos.published, true),
        and(isNotNull(photos.publishDate), lte(photos.publishDate, filter.publishedAt)),
      ),
    );
  }
  return and(...parts);
}

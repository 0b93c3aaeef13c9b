import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

/**
 * What photos have in common, and are asked for by: a tag, an album, an owner, a kind of file. With the number of photos that
 * have it, outside the trash, kept true by the transactions that make and change photos (photo-index.ts).
 * @public read by drizzle-kit, and asked for in SQL
 */
export const facets = sqliteTable(
  "facets",
  {
    id: integer().primaryKey(),
    kind: text().$type<"tag" | "album" | "user" | "media">().notNull(),
    // What identifies it within its kind: an id, or a tag as `tagKey` has it (photo/tags.ts).
    key: text().notNull(),
    // A tag as it was written first.
    name: text().notNull(),
    // Photos that have it, and those of them that are published.
    photos: integer().notNull().default(0),
    published: integer().notNull().default(0),
  },
  (table) => [
    uniqueIndex("facets_by_key").on(table.kind, table.key),
    index("facets_by_photos").on(table.kind, table.photos, table.key),
    index("facets_by_published").on(table.kind, table.published, table.key),
  ],
);

/**
 * Which photo has which facet; photos in the trash have theirs, too.
 * @public as facets
 */
export const photoFacets = sqliteTable(
  "photo_facets",
  {
    facetId: integer().notNull(),
    photoId: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.facetId, table.photoId] })],
);

/**
 * Long words of photos' titles, descriptions, tags and file names: for a search by the beginning of a word. They stay.
 * @public as facets
 */
export const words = sqliteTable("words", { word: text().primaryKey() });

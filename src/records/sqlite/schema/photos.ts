import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { uploadTokens } from "./tokens.ts";

/**
 * What photos and albums are put in order by, in the indexes' own words. (drizzle-kit takes an expression with a comma for
 * two columns.)
 */
export const PUBLICATION = sql`case when publish_date is null then created_at else publish_date end`;
export const TAKING = sql`case when taken_at is null then created_at else taken_at end`;
export const EDITING = sql`case when updated_at is null then created_at else updated_at end`;
export const TITLE = sql`title collate nocase`;

export const photos = sqliteTable(
  "photos",
  {
    // Never used again: it is in addresses.
    id: integer().primaryKey({ autoIncrement: true }),
    treeId: integer().notNull(),
    token: text().notNull(),
    tokenId: integer()
      .notNull()
      .references(() => uploadTokens.id),
    // The current one. No foreign key: an original references its photo, and one of both has to come first.
    // Null in rows of earlier versions, until they are carried over when the folder is opened (carry-over.ts).
    originalId: integer(),
    userId: integer().notNull(),
    title: text().notNull(),
    description: text().notNull(),
    tags: text().notNull(),
    albumId: text().notNull(),
    published: integer({ mode: "boolean" }).notNull(),
    publishDate: integer(),
    absoluteUrl: text().notNull(),
    createdAt: integer().notNull(),
    // When its metadata or bytes were changed last; null where they never were.
    updatedAt: integer(),
    // In the trash since then.
    deletedAt: integer(),
    // When the picture was taken, as its file says; null if it does not.
    takenAt: integer(),
    // How it is counted in its facets: 1 as published, 0 as unpublished. Null in rows of earlier versions, until their
    // facets and words are made (index-photos.ts).
    counted: integer(),
    // Of photos of earlier versions, until they are carried over; null in all others.
    uploadId: integer(),
    filename: text(),
    file: text(),
    type: text(),
    size: integer(),
  },
  (table) => [
    index("photos_of_token").on(table.tokenId, table.createdAt, table.id),
    // In the order of the list, with all that decides whether a photo is shown: nothing else is read of
    // the photos that a page passes over.
    index("photos_listed").on(
      table.createdAt,
      table.id,
      table.deletedAt,
      table.published,
      table.publishDate,
    ),
    index("photos_in_trash")
      .on(table.deletedAt)
      .where(sql`deleted_at is not null`),
    // The other orders of the list (photo-orders.ts).
    index("photos_by_publication").on(PUBLICATION, table.id),
    index("photos_by_taking").on(TAKING, table.id),
    index("photos_by_title").on(TITLE, table.id),
    // Those that are published when their time has come.
    index("photos_dated")
      .on(table.publishDate)
      .where(sql`published = 0 and publish_date is not null`),
    // Those of them that are still counted as unpublished in their facets.
    index("photos_dated_uncounted")
      .on(table.publishDate)
      .where(sql`counted = 0 and publish_date is not null`),
    index("photos_to_index")
      .on(table.id)
      .where(sql`counted is null`),
    index("photos_to_carry_over")
      .on(table.id)
      .where(sql`original_id is null`),
  ],
);

/** Rows of deleted albums stay, so that the id of one, which a token or a page may still name, never becomes another album's. */
export const albums = sqliteTable(
  "albums",
  {
    // Never used again.
    id: integer().primaryKey({ autoIncrement: true }),
    token: text().notNull(),
    userId: integer().notNull(),
    title: text().notNull(),
    description: text().notNull(),
    hidden: integer({ mode: "boolean" }).notNull(),
    createdAt: integer().notNull(),
    updatedAt: integer(),
    deletedAt: integer(),
    // Photos that still name it, after it was deleted, are being freed of it.
    emptying: integer({ mode: "boolean" }).notNull().default(false),
  },
  (table) => [
    index("albums_by_editing").on(EDITING, table.id),
    index("albums_by_title").on(TITLE, table.id),
    index("albums_emptying")
      .on(table.id)
      .where(sql`emptying = 1`),
  ],
);

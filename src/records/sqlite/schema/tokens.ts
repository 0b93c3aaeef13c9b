import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AskField, Extra, TokenChange } from "../../records.ts";

export const uploadTokens = sqliteTable(
  "upload_tokens",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    hash: text().notNull().unique(),
    createdAt: integer().notNull(),
    validMinutes: integer().notNull(),
    validUntil: integer().notNull(),
    maxUploads: integer().notNull(),
    consumed: integer().notNull().default(0),
    title: text().notNull(),
    description: text().notNull(),
    tags: text().notNull(),
    albumId: text().notNull(),
    userId: integer().notNull(),
    publish: integer({ mode: "boolean" }).notNull(),
    publishDate: integer(),
    absoluteUrl: text().notNull(),
    returnUrl: text().notNull(),
    backgroundReturn: integer({ mode: "boolean" }).notNull(),
    maxSize: integer(),
    types: text({ mode: "json" }).$type<string[]>(),
    origin: text(),
    extra: text({ mode: "json" }).$type<Extra>().notNull(),
    revokedAt: integer(),
    // Sealed with the site's secret, which is not in the database. Null in rows of earlier versions.
    sealedToken: text(),
    // Of a replace token: the photo that gets a new original. No foreign key: ids of photos never come again, and a
    // token whose photo has gone is refused when it is redeemed.
    replaces: integer(),
    // Of one that nobody can redeem: for files that are sent without a token (direct.ts). Null in all others.
    direct: integer({ mode: "boolean" }),
    // Who asks for the files. These three are null in rows of earlier versions.
    sender: text(),
    // What the upload page asks a guest beside the files.
    ask: text({ mode: "json" }).$type<readonly AskField[]>(),
    // Made slowly (upload/passphrase.ts). Null where the token needs none.
    passphraseHash: text(),
  },
  (table) => [
    index("upload_tokens_listed")
      .on(table.id)
      .where(sql`direct is null`),
    // Those that may be deleted when they have expired: of the others there are photos.
    index("upload_tokens_unused")
      .on(table.validUntil)
      .where(sql`consumed = 0`),
  ],
);

/**
 * Changes of what an upload token gives its photos, made with the token itself. The newest that speaks of a file wins; an
 * older one has lost the parameters that a newer one of the same files has.
 */
export const tokenUpdates = sqliteTable(
  "token_updates",
  {
    // In the order in which they came.
    id: integer().primaryKey({ autoIncrement: true }),
    tokenId: integer()
      .notNull()
      .references(() => uploadTokens.id, { onDelete: "cascade" }),
    // Of the files that have this identifier, or this name, alone; of all, where both are null.
    identifier: text(),
    filename: text(),
    // Photos that are there already are still to be changed: those above this id.
    pending: integer({ mode: "boolean" }).notNull(),
    appliedThrough: integer().notNull().default(0),
    change: text({ mode: "json" }).$type<TokenChange>().notNull(),
  },
  (table) => [
    index("token_updates_of_files").on(table.tokenId, table.identifier, table.filename),
    index("token_updates_pending")
      .on(table.id)
      .where(sql`pending = 1`),
  ],
);

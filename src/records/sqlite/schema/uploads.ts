import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
  type AnySQLiteColumn,
} from "drizzle-orm/sqlite-core";
import type { Extra, UploadState } from "../../records.ts";
import { photos } from "./photos.ts";
import { uploadTokens } from "./tokens.ts";

/** States in which an upload may hold a use of its token. In the indexes' own words: see LIVE (states.ts). */
const LIVE = sql`state in ('receiving', 'finalizing')`;

export const uploads = sqliteTable(
  "uploads",
  {
    // Never used again after a delete. A power cut may give the last ones anew.
    id: integer().primaryKey({ autoIncrement: true }),
    tokenId: integer()
      .notNull()
      .references(() => uploadTokens.id, { onDelete: "cascade" }),
    // Null for a whole file, which has no identity, and where another upload has taken its identity. Null is distinct in SQLite's unique indexes.
    identifier: text(),
    totalSize: integer(),
    chunkSize: integer(),
    filename: text().notNull(),
    // Names its file on the disk, and never comes again. Null in rows of earlier versions, whose files
    // are named by their ids.
    file: text(),
    // The photo that gets a new original.
    replaces: integer().references((): AnySQLiteColumn => photos.id),
    state: text().$type<UploadState>().notNull(),
    // Of a finished or failed upload in chunks: more than 0 while chunks of it are still to be pruned.
    received: integer().notNull().default(0),
    // Of the process that is finalizing it.
    lease: text(),
    createdAt: integer().notNull(),
    lastByteAt: integer().notNull(),
    // Of uploads of the first schema; later ones have theirs in upload_extras.
    extra: text({ mode: "json" }).$type<Extra>().notNull(),
    clientInfo: text("told", { mode: "json" }).$type<Extra>().notNull(),
    sealedToken: text(),
    failureCode: text(),
    failureMessage: text(),
    // Hashes that the complete file must have, as its uploader says.
    digests: text({ mode: "json" }).$type<Readonly<Record<string, string>>>(),
    // When the photo was removed that it made, or made a new original for: nothing references it since then.
    photoRemovedAt: integer(),
    // Of one that is receiving: its uploader has cancelled it, and its bytes are kept until then.
    keptUntil: integer(),
  },
  (table) => [
    uniqueIndex("uploads_identity").on(
      table.tokenId,
      table.identifier,
      table.totalSize,
      table.chunkSize,
      table.filename,
    ),
    uniqueIndex("uploads_file").on(table.file),
    // With all that decides whether a use is held, and how many uploads of a token are no photos.
    index("uploads_of_token")
      .on(table.tokenId, table.lastByteAt, table.state)
      .where(sql`state <> 'finished'`),
    index("uploads_live_by_id").on(table.id).where(LIVE),
    index("uploads_chunks_to_prune")
      .on(table.id)
      .where(sql`state in ('finished', 'failed') and received > 0 and total_size is not null`),
    index("uploads_to_finalize")
      .on(table.id)
      .where(sql`state = 'finalizing' or (state = 'receiving' and received = total_size)`),
    index("uploads_whole")
      .on(table.id)
      .where(sql`state = 'receiving' and identifier is null`),
    // Asked by the foreign key, when a photo is removed.
    index("uploads_replacing")
      .on(table.replaces)
      .where(sql`replaces is not null`),
    index("uploads_of_removed")
      .on(table.photoRemovedAt, table.id)
      .where(sql`photo_removed_at is not null`),
    index("uploads_kept")
      .on(table.keptUntil, table.id)
      .where(sql`state = 'receiving' and kept_until is not null`),
    index("uploads_finished_in_chunks")
      .on(table.tokenId, table.lastByteAt)
      .where(sql`state = 'finished' and identifier is not null`),
    index("uploads_last_byte")
      .on(table.lastByteAt)
      .where(sql`state <> 'finished'`),
  ],
);

export const chunks = sqliteTable(
  "chunks",
  {
    uploadId: integer()
      .notNull()
      .references(() => uploads.id, { onDelete: "cascade" }),
    start: integer().notNull(),
    length: integer().notNull(),
    // Its bytes are on the disk, not only in the system's memory: they outlive a power cut.
    synced: integer({ mode: "boolean" }).notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.uploadId, table.start] }),
    index("chunks_unsynced")
      .on(table.uploadId)
      .where(sql`synced = 0`),
  ],
);

/** Extra parameters of an upload, where it has any: apart from the row that every chunk writes. */
export const uploadExtras = sqliteTable("upload_extras", {
  uploadId: integer()
    .primaryKey()
    .references(() => uploads.id, { onDelete: "cascade" }),
  extra: text({ mode: "json" }).$type<Extra>().notNull(),
});

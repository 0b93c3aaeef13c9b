import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { MediaReason } from "../../records.ts";
import { photos } from "./photos.ts";
import { uploads } from "./uploads.ts";

/**
 * The bytes of photos: each photo has at least one, and photos.original_id says which is the current one. Rows of those
 * that were replaced stay, since the uploads that made them are asked about; their files are removed.
 */
export const originals = sqliteTable(
  "originals",
  {
    // Never used again.
    id: integer().primaryKey({ autoIncrement: true }),
    photoId: integer()
      .notNull()
      .references(() => photos.id),
    version: integer().notNull(),
    uploadId: integer()
      .notNull()
      .unique()
      .references(() => uploads.id),
    // The upload's.
    file: text().notNull().unique(),
    filename: text().notNull(),
    type: text().notNull(),
    size: integer().notNull(),
    createdAt: integer().notNull(),
    // Hexadecimal. Null until it is known.
    sha256: text(),
  },
  (table) => [
    uniqueIndex("originals_of_photo").on(table.photoId, table.version),
    index("originals_without_hash")
      .on(table.id)
      .where(sql`sha256 is null`),
  ],
);

/** What the file of an original says of itself. No row: it was not looked at yet. */
export const mediaFacts = sqliteTable("media_facts", {
  originalId: integer()
    .primaryKey()
    .references(() => originals.id, { onDelete: "cascade" }),
  width: integer(),
  height: integer(),
  orientation: integer(),
  // Seconds.
  duration: real(),
  videoCodec: text(),
  audioCodec: text(),
  frameRate: real(),
  capturedAt: integer(),
  camera: text(),
  hasGps: integer({ mode: "boolean" }),
});

/** Thumbnails whose files are in their place (files/thumbnails.ts). */
export const thumbnails = sqliteTable(
  "thumbnails",
  {
    originalId: integer()
      .notNull()
      .references(() => originals.id, { onDelete: "cascade" }),
    format: text().notNull(),
    width: integer().notNull(),
    height: integer().notNull(),
    size: integer().notNull(),
    type: text().notNull(),
    createdAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.originalId, table.format] })],
);

/**
 * Originals whose facts and thumbnails are to be made, and what came of it. An original without a row is one of an
 * earlier version, until the queue has come to it (media.ts).
 */
export const mediaJobs = sqliteTable(
  "media_jobs",
  {
    originalId: integer()
      .primaryKey()
      .references(() => originals.id, { onDelete: "cascade" }),
    state: text().$type<"waiting" | "running" | "ready" | "none">().notNull(),
    // What nobody waits for: of earlier versions, or made anew. It comes behind what was uploaded just now.
    backlog: integer({ mode: "boolean" }).notNull(),
    // Of the process that is at it.
    lease: text(),
    attempts: integer().notNull().default(0),
    nextAt: integer().notNull(),
    lastError: text(),
    // Why there are no thumbnails.
    reason: text().$type<MediaReason>(),
  },
  (table) => [
    index("media_jobs_waiting")
      .on(table.backlog, table.nextAt)
      .where(sql`state = 'waiting'`),
    index("media_jobs_running")
      .on(table.originalId)
      .where(sql`state = 'running'`),
    index("media_jobs_none")
      .on(table.reason, table.originalId)
      .where(sql`state = 'none'`),
  ],
);

/**
 * Files of originals that no photo has any more, which are still to be deleted: recorded by the transaction that takes them
 * from their photo, so that a crash leaves neither a photo without bytes nor bytes without a photo.
 */
export const removals = sqliteTable(
  "removals",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    treeId: integer().notNull(),
    photoId: integer().notNull(),
    file: text().notNull(),
    size: integer().notNull(),
    at: integer().notNull(),
  },
  (table) => [
    index("removals_at").on(table.at),
    index("removals_of_photo").on(table.photoId),
    index("removals_file").on(table.file),
  ],
);

import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
  type AnySQLiteColumn,
} from "drizzle-orm/sqlite-core";
import type {
  AskField,
  DeliveryEvent,
  Extra,
  Level,
  MediaReason,
  TokenChange,
  UploadState,
} from "../records.ts";

/** Times are milliseconds since 1970. After a change here: `bun run migrations`. */

export const apiKeys = sqliteTable("api_keys", {
  id: integer().primaryKey({ autoIncrement: true }),
  hash: text().notNull().unique(),
  name: text().notNull(),
  level: text().$type<Level>().notNull(),
  createdAt: integer().notNull(),
  revokedAt: integer(),
});

/** Who has signed in at `/archive` (records/sessions.ts). */
export const sessions = sqliteTable(
  "sessions",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    hash: text().notNull().unique(),
    keyId: integer().references(() => apiKeys.id),
    operatorKey: text(),
    createdAt: integer().notNull(),
    seenAt: integer().notNull(),
  },
  (table) => [
    index("sessions_of_key").on(table.keyId),
    index("sessions_created").on(table.createdAt),
    index("sessions_seen").on(table.seenAt),
  ],
);

/** What `redeem open` prints: each signs in once. */
export const signInLinks = sqliteTable(
  "sign_in_links",
  {
    hash: text().primaryKey(),
    keyId: integer().references(() => apiKeys.id),
    createdAt: integer().notNull(),
    expiresAt: integer().notNull(),
    usedAt: integer(),
  },
  (table) => [index("sign_in_links_expired").on(table.expiresAt)],
);

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
 * What photos and albums are put in order by, in the indexes' own words. (drizzle-kit takes an expression with a comma for
 * two columns.)
 */
export const PUBLICATION = sql`case when publish_date is null then created_at else publish_date end`;
export const TAKING = sql`case when taken_at is null then created_at else taken_at end`;
export const EDITING = sql`case when updated_at is null then created_at else updated_at end`;
export const TITLE = sql`title collate nocase`;

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
    // Null for a whole file, which has no identity. Null is distinct in SQLite's unique indexes.
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

/** What is known of the site itself, by name. */
export const facts = sqliteTable("facts", {
  name: text().primaryKey(),
  value: text().notNull(),
});

/** Of OAuth, hashed: a signed request is taken once, in whatever process. */
export const nonces = sqliteTable(
  "nonces",
  {
    hash: text().primaryKey(),
    // Of the request's own timestamp.
    at: integer().notNull(),
  },
  (table) => [index("nonces_at").on(table.at)],
);

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
    // When it was taken, as its file says. Null where that is not known.
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
    // And those of them that are still counted as unpublished.
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

export const deliveries = sqliteTable(
  "deliveries",
  {
    id: text().primaryKey(),
    // Null for a pingback.
    uploadId: integer().references(() => uploads.id, { onDelete: "cascade" }),
    // Of a pingback. No foreign key: what is told of a photo outlives it.
    photoId: integer(),
    event: text("outcome").$type<DeliveryEvent>().notNull(),
    method: text().$type<"GET" | "POST">().notNull(),
    host: text().notNull(),
    // Empty once delivered or given up: they hold the upload token.
    url: text().notNull(),
    body: text().notNull(),
    // Both of them, of one that was given up, sealed with the site's secret: the operator may ask for it again.
    sealed: text(),
    state: text().$type<"pending" | "delivered" | "given-up">().notNull(),
    createdAt: integer().notNull(),
    nextAt: integer().notNull(),
    attempts: integer().notNull().default(0),
    lastError: text(),
    closedAt: integer(),
  },
  (table) => [
    index("deliveries_pending")
      .on(table.nextAt)
      .where(sql`state = 'pending'`),
    index("deliveries_of_host")
      .on(table.host, table.nextAt)
      .where(sql`state = 'pending'`),
    index("deliveries_closed")
      .on(table.closedAt)
      .where(sql`state <> 'pending'`),
    index("deliveries_upload").on(table.uploadId),
    index("deliveries_of_photo")
      .on(table.photoId)
      .where(sql`photo_id is not null`),
    // As an operator lists them. Not one index that begins with the state: SQLite would look for what is due in it.
    index("deliveries_listed").on(table.createdAt, table.id),
    index("deliveries_pending_listed")
      .on(table.createdAt, table.id)
      .where(sql`state = 'pending'`),
    index("deliveries_given_up_listed")
      .on(table.createdAt, table.id)
      .where(sql`state = 'given-up'`),
  ],
);

/** Rows of those that were deleted stay: what names an album, and comes later, must not find another in its place. */
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
    // What it is known by: of a tag without case.
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
 * Also of photos in the trash.
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

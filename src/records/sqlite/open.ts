import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import type { Clock, Records } from "../records.ts";
import type { Db } from "./db.ts";
import { carryOver } from "./carry-over.ts";
import { albumRecords } from "./albums.ts";
import { noteEarlierTokens } from "./album-names.ts";
import { changedPhotos } from "./changed-photos.ts";
import { chunkRecords } from "./chunks.ts";
import { deliveryRecords } from "./deliveries.ts";
import { directRecords } from "./direct.ts";
import { bringEarliestUp } from "./earliest.ts";
import { finders } from "./find.ts";
import { readFact, writeFact } from "./facts.ts";
import { createFullText, fullTextMerging } from "./full-text.ts";
import { photoIndexing, photoPublishing } from "./index-photos.ts";
import { keyRecords } from "./keys.ts";
import { leftoverRecords } from "./leftovers.ts";
import { mediaRecords } from "./media.ts";
import { nonceRecords } from "./nonces.ts";
import { originalRecords } from "./originals.ts";
import { photoIndex } from "./photo-index.ts";
import { photoRecords } from "./photos.ts";
import { photoFinding } from "./photo-finding.ts";
import { photoLists } from "./photo-list.ts";
import { photoSegments } from "./photo-segments.ts";
import { removalRecords } from "./remove.ts";
import { sessionRecords } from "./sessions.ts";
import { tagRecords } from "./tags.ts";
import { tokenRecords } from "./tokens.ts";
import { updateRecords } from "./updates.ts";
import { createTurns } from "./turns.ts";
import { uploadRecords } from "./uploads.ts";
import { usageRecords } from "./usage.ts";

const PUBLIC_URL = "public url";
const LIST_PUBLIC = "list is public";
const CLOCK = "clock";

/** The database cannot be used; the message is one line for the person who starts the server. */
export class DatabaseError extends Error {}

/** From source the migrations lie beside src/; the binary carries them beside its code. */
const MIGRATIONS = Bun.isStandaloneExecutable
  ? join(import.meta.dir, "drizzle")
  : join(import.meta.dir, "../../../drizzle");

export type OpenOptions = {
  /** Whether anything waits for the disk (REDEEM_SYNC). */
  durable: boolean;
  /** Whether files are coming in: what is made behind the answers is made at leisure then. */
  isReceiving?: () => boolean;
  /**
   * A database of an earlier version is about to be brought up to date, or has been. Of a million photos that takes seconds, on a
   * slow disk minutes, in which nothing is answered.
   */
  onUpdate?: (update: Update) => void;
};

/** @property seconds that it took */
export type Update =
  | { state: "begun"; photos: number }
  | { state: "carrying over"; photos: number }
  | { state: "done"; seconds: number };

/**
 * Opens the database, brings its schema up to date and answers the records in it.
 * @throws DatabaseError for a database made by a newer version, or one that cannot be read.
 */
export async function openRecords(
  file: string,
  { durable, isReceiving = () => false, onUpdate = () => undefined }: OpenOptions = {
    durable: true,
  },
): Promise<Records> {
  const client = openFile(file);
  try {
    client.pragma("journal_mode = WAL");
    // What has to outlive a power cut says so (db.ts).
    client.pragma(`synchronous = ${durable ? "NORMAL" : "OFF"}`);
    // A migration that makes a table anew deletes the old one, and with it all rows that reference its rows.
    client.pragma("foreign_keys = OFF");
    const db: Db = Object.assign(drizzle(client, { casing: "snake_case" }), { durable });
    const isEarlier = refuseNewer(db, file) === "earlier";
    const begun = performance.now();
    if (isEarlier) onUpdate({ state: "begun", photos: lastPhoto(client) });
    bringEarliestUp(db, MIGRATIONS);
    migrate(db, { migrationsFolder: MIGRATIONS });
    createFullText(db);
    noteEarlierTokens(db);
    await carryOver(db, (photos) => onUpdate({ state: "carrying over", photos }));
    if (isEarlier) onUpdate({ state: "done", seconds: (performance.now() - begun) / 1000 });
    client.pragma("foreign_keys = ON");
    const find = finders(db);
    let version = versionOf(client);
    const turn = createTurns();
    const changes = changedPhotos();
    const index = photoIndex(db);
    const merge = fullTextMerging(db, turn);
    const whenIndexed = photoIndexing(db, find, index, turn, merge, isReceiving);
    const note = ({ id }: { id: number }) => {
      changes.note(id);
      // What cannot be merged now, on a full disk perhaps, is merged behind the next photo.
      void merge().catch(() => undefined);
    };
    const publish = photoPublishing(db, find, index, turn);
    const { find: findPhotos, prepareSearch } = photoFinding(db, changes, turn, whenIndexed);
    const list = photoLists(db, findPhotos);
    const segments = photoSegments(findPhotos, turn);
    const counted = async (now: number | undefined) => {
      await whenIndexed();
      if (now !== undefined) await publish(now);
    };
    return {
      keys: keyRecords(db),
      sessions: sessionRecords(db),
      tokens: tokenRecords(db, find, turn),
      direct: directRecords(db, find),
      updates: updateRecords(db, find, index, note),
      uploads: uploadRecords(db, find, index, turn, note),
      chunks: chunkRecords(db),
      leftovers: leftoverRecords(db),
      photos: photoRecords(db, find, { index, note, list, segments, whenIndexed, prepareSearch }),
      originals: originalRecords(db),
      removals: removalRecords(db),
      albums: albumRecords(db, find, { changes, counted, list, turn }),
      tags: tagRecords(db, counted, turn),
      media: mediaRecords(db, find, index, note),
      deliveries: deliveryRecords(db, turn),
      nonces: nonceRecords(db),
      usage: usageRecords(db, turn),
      publicUrl: async () => readFact(db, PUBLIC_URL),
      notePublicUrl: async (url) => writeFact(db, PUBLIC_URL, url),
      isListPublic: async () => {
        const fact = readFact(db, LIST_PUBLIC);
        return fact === undefined ? undefined : fact === "1";
      },
      noteListPublic: async (isPublic) => writeFact(db, LIST_PUBLIC, isPublic ? "1" : "0"),
      clock: async () => {
        const text = readFact(db, CLOCK);
        return text === undefined ? undefined : (JSON.parse(text) as Clock);
      },
      noteClock: async (clock) => writeFact(db, CLOCK, JSON.stringify(clock)),
      changedElsewhere: async () => {
        const before = version;
        version = versionOf(client);
        return version !== before;
      },
      close: async () => void client.close(),
    };
  } catch (error) {
    client.close();
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError(`The database ${file} cannot be used: ${reasonOf(error)}`);
  }
}

/** A number that is another one when another connection has committed something; asking costs some microseconds. */
function versionOf(client: Database.Database): unknown {
  return client.pragma("data_version", { simple: true });
}

/** What SQLite says, without the statement that Drizzle puts around it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

function openFile(file: string): Database.Database {
  try {
    return new Database(file, { timeout: 10_000 });
  } catch (error) {
    throw new DatabaseError(`The database ${file} cannot be opened: ${(error as Error).message}`);
  }
}

/** How many photos there are, about: the last id of one. */
function lastPhoto(client: Database.Database): number {
  const known = client.prepare("select 1 from sqlite_master where name = 'photos'").get();
  if (!known) return 0;
  return Number(client.prepare("select max(id) from photos").pluck().get() ?? 0);
}

/**
 * Compares the migrations that were applied with those that this version knows.
 * @throws DatabaseError where the last one that was applied is newer
 */
function refuseNewer(db: Db, file: string): "new" | "earlier" | "same" {
  const journal = join(MIGRATIONS, "meta/_journal.json");
  if (!existsSync(journal)) throw new DatabaseError(`The migrations are missing: ${journal}`);
  const { entries } = JSON.parse(readFileSync(journal, "utf8")) as { entries: { when: number }[] };
  const known = Math.max(...entries.map((entry) => entry.when));
  const table = sql`select 1 from sqlite_master where name = '__drizzle_migrations'`;
  if (!db.get(table)) return "new";
  const applied = db.get<[number | null] | { last: number | null }>(
    sql`select max(created_at) as last from __drizzle_migrations`,
  );
  const last = Array.isArray(applied) ? applied[0] : applied?.last;
  if (Number(last ?? 0) > known) {
    throw new DatabaseError(
      `The database ${file} was made by a newer version of Redeem; start that version, or use another REDEEM_DATA`,
    );
  }
  return Number(last ?? 0) < known ? "earlier" : "same";
}

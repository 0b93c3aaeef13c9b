import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import type { Exported, Manifest } from "../manifest.ts";

/** Somebody else is exporting into the same folder. */
export class ManifestBusy extends Error {}

/** Bumped where the tables below change: an export of another version is not gone on with. */
const VERSION = 1;

const TABLES = `
  create table meta (name text primary key, value text not null) without rowid;
  create table folders (album text primary key, title text not null, folder text not null,
    key text not null unique) without rowid;
  create table photos (photoId integer primary key, wanted text not null, path text not null,
    originalId integer, metadataHash text);
  create table names (key text primary key, photoId integer not null, path text not null) without rowid;
  create table leftovers (photoId integer not null, path text not null, primary key (photoId, path)) without rowid;
  create index names_of_photo on names (photoId);
  pragma user_version = ${VERSION};`;

/**
 * Opens the manifest of an export, or makes it. It is a database of its own, in the export's folder: with a million photos
 * no list in memory would do. This process alone may have it until it is closed.
 * @throws ManifestBusy where another process has it; Error where it is none
 */
export function openManifest(file: string): Manifest {
  const isNew = !existsSync(file);
  const db = new Database(file, { timeout: 0 });
  try {
    // No file of shared memory is needed beside it: the folder may be on another machine.
    db.pragma("locking_mode = EXCLUSIVE");
    db.pragma("journal_mode = DELETE");
    db.exec("begin exclusive");
    if (isNew || db.pragma("user_version", { simple: true }) === 0) db.exec(TABLES);
    if (db.pragma("user_version", { simple: true }) !== VERSION) {
      throw new Error("it was made by another version of Redeem");
    }
    db.exec("commit");
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code === "SQLITE_BUSY") throw new ManifestBusy();
    throw error;
  }
  return manifestIn(db);
}

function manifestIn(db: Database.Database): Manifest {
  const site = db.prepare<[], { value: string }>("select value from meta where name = 'site'");
  const noteSite = db.prepare("insert or replace into meta values ('site', ?)");
  const folderOf = db.prepare<[string], { title: string; folder: string }>(
    "select title, folder from folders where album = ?",
  );
  const albumOf = db.prepare<[string], { album: string }>(
    "select album from folders where key = ?",
  );
  const giveFolder = db.prepare("insert or replace into folders values (?, ?, ?, ?)");
  const byId = db.prepare<[number], Exported>("select * from photos where photoId = ?");
  const between = db.prepare<[number, number], Exported>(
    "select * from photos where photoId > ? and photoId <= ? order by photoId",
  );
  const ownerOf = db.prepare<[string], { photoId: number }>(
    "select photoId from names where key = ?",
  );
  const leave = db.prepare(
    "insert or ignore into leftovers select photoId, path from photos where photoId = ?",
  );
  const takePath = db.prepare("delete from leftovers where photoId = ? and path = ?");
  const givePath = db.prepare("insert or replace into photos values (?, ?, ?, null, null)");
  const giveName = db.prepare("insert or replace into names values (?, ?, ?)");
  const noteWanted = db.prepare("update photos set wanted = ? where photoId = ?");
  const noteDone = db.prepare(
    "update photos set originalId = ?, metadataHash = ? where photoId = ?",
  );
  const leftovers = db.prepare<[number], { path: string }>(
    "select path from leftovers where photoId = ?",
  );
  const forgetNames = db.prepare(
    "delete from names where photoId = ? and path in (select path from leftovers where photoId = ?)",
  );
  const forget = db.prepare("delete from leftovers where photoId = ?");
  return {
    site: () => site.get()?.value,
    noteSite: (text) => void noteSite.run(text),
    together: (work) => db.transaction(work)(),
    folderOf: (album) => folderOf.get(album),
    giveFolder: (album, title, folder, key) => {
      const other = albumOf.get(key);
      if (other && other.album !== album) return false;
      giveFolder.run(album, title, folder, key);
      return true;
    },
    byId: (photoId) => byId.get(photoId),
    between: (after, until) => between.all(after, until),
    ownerOf: (key) => ownerOf.get(key)?.photoId,
    givePath: (photoId, wanted, path, keys) => {
      leave.run(photoId);
      takePath.run(photoId, path);
      givePath.run(photoId, wanted, path);
      for (const key of keys) giveName.run(key, photoId, path);
    },
    noteWanted: (photoId, wanted) => void noteWanted.run(wanted, photoId),
    noteDone: (photoId, originalId, hash) => void noteDone.run(originalId, hash, photoId),
    leftoversOf: (photoId) => leftovers.all(photoId).map(({ path }) => path),
    forgetLeftovers: (photoId) => {
      forgetNames.run(photoId, photoId);
      forget.run(photoId);
    },
    close: () => void db.close(),
  };
}

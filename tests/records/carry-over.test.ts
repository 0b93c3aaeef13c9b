import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import type { Records } from "../../src/records/records.ts";
import { DatabaseError, openRecords, type Update } from "../../src/records/sqlite/open.ts";
import { decided, givenRecords, identityOf, MINUTE, NOW, photoOf, required } from "./given.ts";

/** Databases of earlier versions, in which a photo was its upload, open and lose nothing. */

const MIGRATIONS = join(import.meta.dir, "../../drizzle");
/** The last migration of the time when a photo was its upload. */
const LAST = 4;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-carry-over-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An empty database with the schema that these first migrations make; undefined: all of them. */
async function migrated(name: string, last?: number): Promise<Database.Database> {
  const migrations = join(folder, `migrations-${name}`);
  await cp(MIGRATIONS, migrations, { recursive: true });
  const journal = join(migrations, "meta/_journal.json");
  const read = (await Bun.file(journal).json()) as { entries: { idx: number }[] };
  const entries = read.entries.filter(({ idx }) => last === undefined || idx <= last);
  await Bun.write(journal, JSON.stringify({ ...read, entries }));
  const client = new Database(fileOf(name));
  client.pragma("journal_mode = WAL");
  migrate(drizzle(client), { migrationsFolder: migrations });
  return client;
}

const fileOf = (name: string) => join(folder, `${name}.db`);

const TOKENS = `insert into upload_tokens (id, hash, created_at, valid_minutes, valid_until, max_uploads,
  consumed, title, description, tags, album_id, user_id, publish, publish_date, absolute_url, return_url,
  background_return, extra) values
  (1, 'hash-of-1', ${NOW}, 60, ${NOW + 60 * MINUTE}, 9, 3, 'T', 'D', 't', '5', 4, 1, null, 'http://x/', 'http://y/', 1,
    '{"a":"1"}'),
  (2, 'hash-of-2', ${NOW}, 60, ${NOW + 60 * MINUTE}, 1, 0, '', '', '', '', 0, 1, null, '', '', 0, '{}')`;

const AT = NOW - 10;

/** What an upload has where nothing else is said. */
const UPLOAD = {
  identifier: null as string | null,
  file: null as string | null,
  received: 0,
  type: null as string | null,
  extra: "{}",
  told: "{}",
  sealed: null as string | null,
  failure: null as string | null,
};

type UploadRow = typeof UPLOAD & { id: number; filename: string; state: string };

const chunked = (of: string) => ({ ...UPLOAD, identifier: of, filename: `${of}.png` });
const typed = (type: string) => ({ state: "finished", type: `image/${type}` });
const named = (id: number) => ({ id, file: `name-of-${id}` });

const UPLOADS: UploadRow[] = [
  {
    ...chunked("c"),
    ...typed("png"),
    id: 3,
    received: 250,
    extra: '{"old":"1"}',
    told: '{"p":"a"}',
  },
  { ...UPLOAD, ...typed("jpeg"), ...named(5), filename: "w.jpg" },
  { ...chunked("f"), ...named(6), state: "failed", failure: "file_too_large" },
  {
    ...chunked("h"),
    ...named(8),
    state: "receiving",
    received: 200,
    type: "image/png",
    sealed: "seal",
  },
  { ...chunked("i"), id: 9, state: "receiving", received: 250 },
  { ...UPLOAD, ...named(11), filename: "w.gif", state: "receiving" },
  { ...chunked("l"), ...typed("gif"), ...named(12) },
];

function insertUpload(client: Database.Database, row: UploadRow): void {
  const insert = client.prepare(
    `insert into uploads (id, token_id, identifier, total_size, chunk_size, filename, file, state, received,
      created_at, last_byte_at, type, extra, told, sealed_token, failure_code, failure_message)
      values (@id, 1, @identifier, iif(@identifier is null, null, 250), iif(@identifier is null, null, 100),
        @filename, @file, @state, @received, ${AT}, ${AT}, @type, @extra, @told, @sealed, @failure,
        iif(@failure is null, null, 'No.'))`,
  );
  insert.run(row);
}

/** Of each kind: photos with names of their own and without, and uploads that are none. */
function fill(client: Database.Database): void {
  client.pragma("foreign_keys = ON");
  client.exec(TOKENS);
  for (const row of UPLOADS) insertUpload(client, row);
  const photo =
    client.prepare(`insert into photos (id, tree_id, token, token_id, upload_id, user_id, title,
    description, tags, album_id, published, publish_date, absolute_url, filename, file, type, size, created_at)
    values (@id, 7, @token, 1, @id, 4, 'T', 'D', 't', '5', @id % 2, null, 'http://x/', @filename, @file,
      @type, @id * 100, ${AT} + @id)`);
  photo.run({ id: 3, token: "secret-3", filename: "c.png", file: null, type: "image/png" });
  photo.run({ id: 5, token: "secret-5", filename: "w.jpg", file: "name-of-5", type: "image/jpeg" });
  photo.run({
    id: 12,
    token: "secret-12",
    filename: "l.png",
    file: "name-of-12",
    type: "image/gif",
  });
  client.exec(`
    insert into chunks values (3, 0, 250, 1), (8, 0, 100, 1), (8, 100, 100, 0), (9, 0, 250, 1);
    insert into upload_extras values (8, '{"b":"2"}'), (12, '{"c":"3"}');
    insert into deliveries (id, upload_id, outcome, method, host, url, body, state, created_at, next_at, closed_at)
      values ('one', 5, 'success', 'GET', 'x', 'http://x/', '', 'pending', ${AT}, ${AT}, null),
        ('two', 6, 'failure', 'POST', 'y', 'http://y/', 'b', 'pending', ${AT}, ${AT + 1}, null),
        ('three', 12, 'success', 'GET', 'x', '', '', 'delivered', ${AT}, ${AT}, ${AT});
    insert into api_keys (hash, name, level, created_at) values ('h', 'n', 'super', ${AT});
    insert into nonces values ('n', ${AT});
    insert into facts values ('boot', 'one')`);
}

/** Tables of which every row has to stay as it is, but for columns that are no more. */
const KEPT = ["upload_tokens", "uploads", "chunks", "upload_extras", "deliveries"];

function rowsOf(client: Database.Database, table: string): object[] {
  const rows = client.prepare(`select * from ${table} order by rowid`).all() as object[];
  return table === "uploads" ? rows.map((row) => ({ ...row, type: undefined })) : rows;
}

describe("a database in which photos are their uploads", () => {
  let records: Records;
  let client: Database.Database;
  const before = new Map<string, object[]>();
  const updates: Update[] = [];
  beforeAll(async () => {
    client = await migrated("old", LAST);
    fill(client);
    for (const table of [...KEPT, "api_keys", "nonces", "facts"]) {
      before.set(table, rowsOf(client, table));
    }
    records = await openRecords(fileOf("old"), {
      durable: true,
      onUpdate: (update) => updates.push(update),
    });
  });
  afterAll(async () => {
    client.close();
    await records.close();
  });

  test("says that it is brought up to date, once, and of how many photos", async () => {
    const { last } = client.prepare("select max(id) as last from photos").get() as { last: number };
    expect(updates).toEqual([
      { state: "begun", photos: last },
      { state: "done", seconds: expect.any(Number) as number },
    ]);
    updates.length = 0;
    const again = await openRecords(fileOf("old"), {
      durable: true,
      onUpdate: (update) => updates.push(update),
    });
    await again.close();
    expect(updates).toEqual([]);
  });

  test("keeps every row", () => {
    for (const [table, rows] of before) {
      // Facts are noted when a database is opened.
      const now = rowsOf(client, table).slice(0, table === "facts" ? rows.length : undefined);
      expect(rows.length).toBeGreaterThan(0);
      expect(now).toMatchObject(rows);
      expect({ table, rows: now.length }).toEqual({ table, rows: rows.length });
    }
    expect(client.pragma("foreign_key_check")).toEqual([]);
    expect(client.pragma("integrity_check", { simple: true })).toBe("ok");
  });

  test("has an original for each photo, which keeps its id, address and file", async () => {
    const { photos, total } = await records.photos.list({ offset: 0, limit: 10 });
    const wanted = [
      { id: 12, file: "name-of-12", filename: "l.png", type: "image/gif" },
      { id: 5, file: "name-of-5", filename: "w.jpg", type: "image/jpeg" },
      { id: 3, file: "3", filename: "c.png", type: "image/png" },
    ];
    expect(total).toBe(3);
    expect(photos.map((photo) => ({ ...photo, original: { ...photo.original, id: 0 } }))).toEqual(
      wanted.map(({ id, ...of }) => ({
        id,
        treeId: 7,
        token: `secret-${id}`,
        tokenId: 1,
        userId: 4,
        title: "T",
        description: "D",
        tags: "t",
        albumId: "5",
        published: id % 2 === 1,
        publishDate: null,
        absoluteUrl: "http://x/",
        createdAt: AT + id,
        updatedAt: null,
        deletedAt: null,
        takenAt: null,
        original: {
          ...of,
          id: 0,
          photoId: id,
          version: 1,
          uploadId: id,
          size: id * 100,
          createdAt: AT + id,
          sha256: null,
        },
      })),
    );
    for (const photo of photos) {
      expect(await records.photos.byUpload(photo.id)).toEqual(photo);
      expect(await records.photos.byId(photo.id)).toEqual(photo);
    }
    expect(await records.photos.list({ tokenId: 1, offset: 0, limit: 10 })).toEqual({
      photos,
      total,
    });
    const legacy = "select upload_id, file, filename, type, size from photos";
    const nothing = { upload_id: null, file: null, filename: null, type: null, size: null };
    expect(client.prepare(legacy).all()).toEqual([nothing, nothing, nothing]);
  });

  test("has its uploads as they were", async () => {
    const { uploads, chunks, leftovers } = records;
    expect(await uploads.byIdentity(1, identityOf("h"))).toEqual({
      id: 8,
      tokenId: 1,
      identity: identityOf("h"),
      filename: "h.png",
      file: "name-of-8",
      replaces: null,
      state: "receiving",
      received: 200,
      lease: null,
      sealedToken: "seal",
      createdAt: AT,
      lastByteAt: AT,
      keptUntil: null,
      clientInfo: {},
      failure: null,
    });
    expect(await uploads.byId(3)).toMatchObject({
      state: "finished",
      file: "3",
      clientInfo: { p: "a" },
    });
    expect((await uploads.byId(6))?.failure).toEqual({ code: "file_too_large", message: "No." });
    expect([await uploads.extra(3), await uploads.extra(8)]).toEqual([{ old: "1" }, { b: "2" }]);
    expect(await chunks.lastBefore(8, 250)).toEqual({ start: 100, length: 100 });
    expect((await leftovers.complete()).map(({ id }) => id)).toEqual([9]);
    expect((await leftovers.receivingWhole()).map(({ id }) => id)).toEqual([11]);
    expect((await leftovers.expectedAfter(0, 10)).map(({ id }) => id)).toEqual([8, 9]);
    expect(await chunks.pruneEnded()).toBe(true);
    expect(await chunks.has(3, { start: 0, length: 250 })).toBe(false);
    const due = await records.deliveries.due(NOW, 10, []);
    expect(due.map(({ id }) => id)).toEqual(["one", "two"]);
  });

  test("goes on: its uploads become photos under ids that no photo had", async () => {
    const { uploads, leftovers } = records;
    expect(await leftovers.lastPhotoId()).toBe(12);
    const made = await uploads.transact({ id: 9 }, NOW, () => decided(null, photoOf()));
    expect([made.photo?.id, made.photo?.original.file]).toEqual([13, "9"]);
    const replacing = { id: (await givenRecords(records).whole(2, { replaces: 3 })).id };
    const replaced = await uploads.transact(replacing, NOW, () => decided(null, photoOf()));
    expect(replaced.photo).toMatchObject({ id: 3, treeId: 7, original: { version: 2 } });
    expect((await records.photos.list({ offset: 0, limit: 9 })).total).toBe(4);
  });

  test("is not carried over a second time", async () => {
    const tables = [...KEPT, "photos", "originals"];
    const now = () => tables.map((table) => rowsOf(client, table));
    const once = now();
    await (await openRecords(fileOf("old"))).close();
    expect(now()).toEqual(once);
  });
});

describe("very many photos", () => {
  const MANY = 1700;

  test("are carried over in slices; what a process leaves undone, the next one does", async () => {
    // The migrations are done, and the process has ended then.
    const client = await migrated("many");
    client.exec(TOKENS);
    client.exec(`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${MANY})
        insert into uploads (id, token_id, filename, state, created_at, last_byte_at, extra, told)
          select 2 * i, 1, 'a', 'finished', 0, 0, '{}', '{}' from n;
      insert into photos (id, tree_id, token, token_id, upload_id, user_id, title, description, tags, album_id,
          published, absolute_url, filename, type, size, created_at)
        select id, 1, '', 1, id, 0, '', '', '', '', 1, '', 'a', 'image/png', 1, id from uploads;
      create trigger stop before insert on originals when new.photo_id = 2400
        begin select raise(abort, 'stopped'); end`);
    const carried = () =>
      client
        .prepare("select count(*) from photos where original_id is not null and type is null")
        .pluck()
        .get() as number;
    const error = await openRecords(fileOf("many")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatabaseError);
    expect((error as Error).message).toEndWith("cannot be used: stopped");
    expect(carried()).toBeGreaterThan(0);
    expect(carried()).toBeLessThan(1200);
    const first = client.prepare("select * from originals order by id");
    const before = first.all();
    expect(before).toHaveLength(carried());

    client.exec("drop trigger stop");
    const records = await openRecords(fileOf("many"));
    expect(carried()).toBe(MANY);
    expect(first.all().slice(0, before.length)).toEqual(before);
    const { photos, total } = await records.photos.list({ offset: 0, limit: MANY });
    expect([total, photos.length]).toEqual([MANY, MANY]);
    for (const { id, original } of photos) {
      expect([original.photoId, original.uploadId, original.file]).toEqual([id, id, `${id}`]);
    }
    expect(required(photos[0]).id).toBe(2 * MANY);
    client.close();
    await records.close();
  });
});

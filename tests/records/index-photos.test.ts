import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Records } from "../../src/records/records.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { givenRecords, NOW, required } from "./given.ts";

/** Folders of versions without albums, tags and words get theirs, whenever the process ends in between. */

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-index-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = (name: string) => join(folder, `${name}.db`);
const PAGE = { offset: 0, limit: 100 };
const TAGS = { ...PAGE, order: "tag", ascending: true, withoutMachineTags: false } as const;
const ALBUMS = { ...PAGE, order: "created", ascending: true, hidden: true } as const;

/** What an earlier version would have left of the same photos. */
function asEarlier(name: string, albumId: string): void {
  const client = new Database(fileOf(name));
  client.exec(`
    delete from facets; delete from photo_facets; delete from words; delete from albums;
    drop table photo_words; delete from facts;
    update photos set counted = null, album_id = '${albumId}';
    update upload_tokens set album_id = '7,${albumId}' where id = 1`);
  client.close();
}

async function makePhotos(name: string, count: number): Promise<void> {
  const records = await openRecords(fileOf(name), { durable: false });
  const given = givenRecords(records);
  const { id } = await given.addToken({ maxUploads: count + 1, title: "Boat", tags: "Lake wet" });
  for (let index = 0; index < count; index += 1) {
    await given.finish((await given.reserved(id, `n${index}`)).id, { now: NOW + index });
  }
  await records.close();
}

async function requireFound(records: Records, count: number): Promise<void> {
  const total = async (filter: object) => (await records.photos.list({ ...PAGE, ...filter })).total;
  for (const filter of [
    { tags: { mode: "all", keys: ["lake", "wet"] } },
    { search: "boa" },
    { albumId: 3 },
    { albumId: 900_000_000_000_000, userId: 0 },
    { video: false },
  ]) {
    expect({ filter, total: await total(filter) }).toEqual({ filter, total: count });
  }
  const { tags } = await records.tags.list({ ...TAGS, publishedAt: NOW });
  expect(tags).toEqual([
    { tag: "Lake", photos: count },
    { tag: "wet", photos: count },
  ]);
  const { albums } = await records.albums.list(ALBUMS, undefined);
  expect(albums.map(({ album, photos }) => [album.id, album.title, photos])).toEqual([
    [3, "Album 3", count],
    [7, "Album 7", 0],
    [900_000_000_000_000, "Album 900000000000000", count],
  ]);
}

describe("a database without albums, tags and words", () => {
  test("has them when it is asked, with the albums that photos and tokens have named", async () => {
    await makePhotos("earlier", 120);
    asEarlier("earlier", "3,900000000000000");
    const records = await openRecords(fileOf("earlier"), { durable: false });
    // What needs none of them is answered at once.
    expect((await records.photos.list({ ...PAGE, limit: 1 })).total).toBe(120);
    await requireFound(records, 120);
    expect(await records.albums.missing([3, 7, 8])).toEqual([8]);
    // New albums come behind them.
    expect((await givenRecords(records).addAlbum()).id).toBe(900_000_000_000_001);
    await records.close();
  });

  test("goes on with the next process, when one ends in the middle", async () => {
    await makePhotos("ended", 230);
    asEarlier("ended", "3,900000000000000");
    let before = 230;
    for (let round = 0; round < 3; round += 1) {
      const records = await openRecords(fileOf("ended"), { durable: false });
      const indexing = records.photos.whenIndexed();
      // One or two slices of them, as many as this machine does in a moment.
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      await records.close();
      await indexing;
      const client = new Database(fileOf("ended"));
      const { n } = client
        .prepare("select count(*) as n from photos where counted is null")
        .get() as {
        n: number;
      };
      client.close();
      expect(n).toBeLessThan(before);
      before = n;
    }
    const records = await openRecords(fileOf("ended"), { durable: false });
    await requireFound(records, 230);
    await records.close();
  });

  test("leaves the thread alone between two slices while files come in, and still comes to its end", async () => {
    await makePhotos("receiving", 60);
    asEarlier("receiving", "3,900000000000000");
    const records = await openRecords(fileOf("receiving"), {
      durable: false,
      isReceiving: () => true,
    });
    const begun = performance.now();
    await records.photos.whenIndexed();
    // Three slices of 25, and the tokens.
    expect(performance.now() - begun).toBeGreaterThan(4 * 140);
    await requireFound(records, 60);
    await records.close();
  });

  test("counts right what is made, changed and removed before its turn comes", async () => {
    await makePhotos("changed", 60);
    asEarlier("changed", "3,900000000000000");
    const records = await openRecords(fileOf("changed"), { durable: false });
    const given = givenRecords(records);
    const upload = await given.reserved(1, "late");
    const { photo } = required(await given.finish(upload.id, { now: NOW + 99 }));
    // A token of that time names what it named.
    expect(photo.albumId).toBe("7,3,900000000000000");
    const change = (id: number, kind: "trash" | "remove") =>
      records.photos.transact(id, NOW, () => ({ changes: [{ kind }], value: undefined }));
    await change(1, "trash");
    await change(2, "remove");
    const { tags } = await records.tags.list({ ...TAGS, publishedAt: undefined });
    expect(tags.map(({ photos }) => photos)).toEqual([59, 59]);
    expect((await records.photos.list({ ...PAGE, search: "boat" })).total).toBe(59);
    expect((await records.photos.list({ ...PAGE, albumId: 7 })).total).toBe(1);
    await records.close();
  });
});

test("an album that was being deleted when the process ended is deleted by the next", async () => {
  const records = await openRecords(fileOf("deleting"), { durable: false });
  const given = givenRecords(records);
  const [one, other] = [await given.addAlbum(), await given.addAlbum()];
  const albumId = `${one.id},${other.id}`;
  const { id } = await given.addToken({ maxUploads: 250, albumId });
  for (let index = 0; index < 210; index += 1) {
    await given.finish((await given.reserved(id, `n${index}`)).id);
  }
  const deleting = records.albums.delete(one.id, NOW);
  // A slice of them.
  await new Promise(setImmediate);
  await records.close();
  await deleting;
  const next = await openRecords(fileOf("deleting"), { durable: false });
  const naming = async () =>
    (await next.photos.list({ ...PAGE, limit: 250 })).photos.filter(
      (photo) => photo.albumId !== String(other.id),
    ).length;
  expect(await naming()).toBeGreaterThan(0);
  expect(await next.albums.byId(one.id)).toBeUndefined();
  await next.albums.finishDeleting();
  expect(await naming()).toBe(0);
  expect((await next.photos.list({ ...PAGE, albumId: other.id })).total).toBe(210);
  // Neither what has named it, nor what names it later, makes it again.
  const late = await givenRecords(next).reserved(id, "late");
  const made = required(await givenRecords(next).finish(late.id));
  expect(made.photo.albumId).toBe(String(other.id));
  await next.close();
});

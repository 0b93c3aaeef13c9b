import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { PhotoMetadata, Records } from "../../src/records/records.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { fillRecords } from "../support/million.ts";
import { givenRecords } from "./given.ts";
import { processorTime } from "../support/processor.ts";

/** Pages and totals come from what is kept in memory: they are what SQLite says of the rows themselves. */

const NOW = Date.now();
const COUNT = 5500;

let folder = "";
let records: Records;
let rows: Database.Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-photo-list-"));
  const file = join(folder, "redeem.db");
  await (await openRecords(file, { durable: false })).close();
  fillRecords(folder, { photos: COUNT }, NOW);
  records = await openRecords(file, { durable: false });
  rows = new Database(file, { readonly: true });
});
afterAll(async () => {
  rows.close();
  await records.close();
  await rm(folder, { recursive: true, force: true });
});

async function requireSame(offset: number, limit: number, publishedAt?: number): Promise<void> {
  const shown = publishedAt === undefined ? "1" : `published or publish_date <= ${publishedAt}`;
  const { photos, total } = await records.photos.list({
    offset,
    limit,
    ...(publishedAt === undefined ? {} : { publishedAt }),
  });
  const wanted = rows
    .prepare(
      `select id from photos where ${shown} order by created_at desc, id desc limit ? offset ?`,
    )
    .all(limit, offset) as { id: number }[];
  const { n } = rows.prepare(`select count(*) as n from photos where ${shown}`).get() as {
    n: number;
  };
  expect(total).toBe(n);
  expect(photos.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
}

async function requireAllSame(): Promise<void> {
  for (const at of [undefined, 1, NOW, NOW + 1, NOW + COUNT / 2, NOW + 2 * COUNT]) {
    for (const offset of [0, 1, 499, 990, 1000, 2741, COUNT - 5, COUNT, 100_000_000]) {
      await requireSame(offset, 20, at);
    }
    await requireSame(1950, 100, at);
  }
}

test("of photos that were there before, and of those whose date of publication passes", async () => {
  // Ten at a time count as one.
  await Promise.all(Array.from({ length: 10 }, (_, index) => requireSame(index, 5)));
  await requireAllSame();
});

test("of photos that are made meanwhile, also where the clock went back among older ones", async () => {
  const given = givenRecords(records);
  const { id } = await given.addToken({ maxUploads: 1 << 20 });
  const hidden = await given.addToken({ maxUploads: 9, publish: false });
  const early = NOW - 90 * 24 * 60 * 60_000;
  const times = [
    ...Array.from({ length: 1100 }, (_, index) => early + 50_000 + (index % 700)),
    early - 1,
    ...Array.from({ length: 600 }, (_, index) => NOW + index),
  ];
  for (const [index, now] of times.entries()) {
    const upload = await given.reserved(id, `made-${index}`, NOW);
    await given.finish(upload.id, { now });
  }
  await given.finish((await given.reserved(hidden.id, "hidden", NOW)).id, { now: NOW + 9 });
  await requireAllSame();
}, 60_000);

const change = (id: number, set: Partial<PhotoMetadata>) =>
  records.photos.transact(id, NOW, () => ({
    changes: [{ kind: "update", set }],
    value: undefined,
  }));

const requireFound = async () => {
  const titles = { created: "created_at", title: "title collate nocase" } as const;
  for (const order of ["created", "title"] as const) {
    for (const offset of [0, 300, 699, 5000]) {
      const filter = { order, offset, limit: 40, ascending: true } as const;
      const odd = { tags: { mode: "all", keys: ["odd", "all"] } } as const;
      const { photos, total } = await records.photos.list({ ...filter, ...odd, search: "tit" });
      const wanted = rows
        .prepare(
          `select id from photos where tags like 'odd%' and title like 'Title%' and deleted_at is null
            order by ${titles[order]}, id`,
        )
        .pluck()
        .all() as number[];
      expect(total).toBe(wanted.length);
      expect(photos.map(({ id }) => id)).toEqual(wanted.slice(offset, offset + 40));
    }
  }
};

test("of photos with facets and words that many have, in each order, before and after many are changed", async () => {
  for (let id = 1; id <= 1500; id += 1) {
    await change(id, { tags: id % 2 ? "odd all" : "all", title: `Title ${(id * 7919) % 1000}` });
  }
  await requireFound();
  // Few, which are taken in; then more than that, for which an order is read again.
  for (let id = 1; id <= 90; id += 1) await change(id, { title: `Title ${id}`, tags: "odd all" });
  await requireFound();
  for (let id = 500; id <= 1100; id += 1) await change(id, { title: `Zero ${id}` });
  await requireFound();
  await requireAllSame();
}, 60_000);

test("of photos made while the first list is still being counted", async () => {
  const other = await openRecords(join(folder, "redeem.db"), { durable: false });
  const given = givenRecords(other);
  const token = await other.tokens.byHash("hash-1");
  if (!token) throw new Error("no token");
  const upload = await given.reserved(token.id, "between", NOW);
  const before = other.photos.list({ offset: 0, limit: 1 });
  const making = given.finish(upload.id, { now: NOW + 99_999 });
  const [{ total }] = await Promise.all([before, making]);
  const { n } = rows.prepare("select count(*) as n from photos").get() as { n: number };
  expect([n - 1, n]).toContain(total);
  const after = await other.photos.list({ offset: 0, limit: 1 });
  expect([after.total, after.photos[0]?.original.uploadId]).toEqual([n, upload.id]);
  await other.close();
});

test("of photos of a token by the beginning of a word that is another one in each, without keeping others waiting", async () => {
  const other = await openRecords(join(folder, "redeem.db"), { durable: false });
  const given = givenRecords(other);
  // As some telephones name their files: more words than are asked for at once.
  const count = 2100;
  const token = await given.addToken({ hash: "telephone", maxUploads: count });
  for (let number = 0; number < count; number += 1) {
    const upload = await given.reserved(token.id, `IMG${20260131_000_000 + number * 7}`, NOW);
    await given.finish(upload.id, { now: NOW });
  }
  const begun = processorTime();
  const { total } = await other.photos.list({
    offset: 0,
    limit: 20,
    tokenId: token.id,
    search: "img2026",
  });
  expect(total).toBe(count);
  expect(processorTime() - begun).toBeLessThan(1000);
  const none = { offset: 0, limit: 20, tokenId: token.id, search: "img2027" };
  expect((await other.photos.list(none)).total).toBe(0);
  await other.close();
}, 60_000);

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Records } from "../../src/records/records.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { fillRecords } from "../support/million.ts";
import { givenRecords } from "./given.ts";

/** Pages and totals come from counts in memory: they are what SQLite says of the rows themselves. */

const NOW = Date.now();
const COUNT = 5500;

let folder = "";
let records: Records;
let rows: Database.Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-places-"));
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
}, 20_000);

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

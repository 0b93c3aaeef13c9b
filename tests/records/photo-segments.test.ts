import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { PhotoOrder, PhotoQuestion, Records } from "../../src/records/records.ts";
import { daysBy } from "../../src/records/sqlite/days.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { fillRecords } from "../support/million.ts";

/** Segments are what SQLite says of the rows themselves, cut by day; what is listed between two of their places is their photos. */

const NOW = Date.UTC(2026, 10, 27, 12);
const DAY = 24 * 60 * 60_000;
const COUNT = 6000;
const MOST = 500;

const KEYS: Record<PhotoOrder, string> = {
  created: "created_at",
  published: "coalesce(publish_date, created_at)",
  taken: "coalesce(taken_at, created_at)",
  title: "title collate nocase",
};

let folder = "";
let records: Records;
let rows: Database.Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-photo-segments-"));
  const file = join(folder, "redeem.db");
  await (await openRecords(file, { durable: false })).close();
  fillRecords(folder, { photos: COUNT }, NOW);
  rows = new Database(file);
  // Days of one photo, of some, and of more than a segment takes; midnights to the millisecond, and several of one moment.
  rows.exec(`update photos set title = 'Title ' || (id * 7919 % 1000),
    created_at = case when id <= 40 then ${NOW - 400 * DAY} + id * ${DAY}
      when id <= 60 then ${Date.UTC(2026, 5, 1)} + (id % 3) - 1
      when id <= 2600 then ${Date.UTC(2026, 6, 1)} + id * 1000
      else ${Date.UTC(2026, 7, 1)} + id * ${DAY / 300} end`);
  rows.exec(`update photos set taken_at = created_at - id % 5 * ${DAY} where id % 2 = 0`);
  rows.exec(`update photos set deleted_at = ${NOW} where id % 10 = 0`);
  records = await openRecords(file, { durable: false });
});
afterAll(async () => {
  rows.close();
  await records.close();
  await rm(folder, { recursive: true, force: true });
});

type Cut = { day: string; count: number };

/** @param where of the filter, in SQL */
function expected(order: PhotoOrder, ascending: boolean, where: string, utcOffset: number): Cut[] {
  const way = ascending ? "asc" : "desc";
  const keys = rows
    .prepare(`select ${KEYS[order]} from photos where ${where} order by 1 ${way}, id ${way}`)
    .pluck()
    .all() as (string | number)[];
  const segments: Cut[] = [];
  for (const key of keys) {
    const day =
      typeof key === "string" ? "" : new Date(key + utcOffset * 60_000).toISOString().slice(0, 10);
    const last = segments.at(-1);
    if (last?.day === day && last.count < MOST) last.count += 1;
    else segments.push({ day, count: 1 });
  }
  return segments;
}

/** What is listed between the places of the segments, one after the other. */
async function listed(filter: PhotoQuestion, utcOffset = 0): Promise<number[][]> {
  const segments = await records.photos.segments(filter, { most: MOST, utcOffset });
  return Promise.all(
    segments.map(async ({ after }, index) => {
      const until = segments[index + 1]?.after;
      const part = { after, ...(until && { until }), offset: 0, limit: MOST };
      const page = await records.photos.list({ ...filter, ...part });
      expect(page.next).toBeUndefined();
      return page.photos.map(({ id }) => id);
    }),
  );
}

const FILTERS: [name: string, filter: PhotoQuestion, where: string][] = [
  ["all", {}, "deleted_at is null"],
  [
    "those published",
    { publishedAt: NOW },
    `deleted_at is null and (published or publish_date <= ${NOW})`,
  ],
  ["those in the trash", { inTrash: true }, "deleted_at is not null"],
  [
    "few",
    { created: { from: Date.UTC(2026, 4), until: Date.UTC(2026, 5, 2) } },
    `deleted_at is null and id between 41 and 60`,
  ],
  [
    "those taken in a time that ends to the millisecond, with many of one moment",
    { taken: { from: Date.UTC(2026, 5, 1) - 4 * DAY, until: Date.UTC(2026, 6, 1) + 900_000 } },
    `deleted_at is null and coalesce(taken_at, created_at) >= ${Date.UTC(2026, 5, 1) - 4 * DAY}
      and coalesce(taken_at, created_at) < ${Date.UTC(2026, 6, 1) + 900_000}`,
  ],
  ["those of no time", { created: { from: 2, until: 1 } }, "0"],
  ["one", { photoId: 7 }, "id = 7"],
  ["none", { photoId: 10 }, "0"],
];

const ZONES: [timeZone: string, at: number, name: string, from: string, hours: number][] = [
  ["UTC", 0, "1970-01-01", "1970-01-01T00:00:00.000Z", 24],
  ["Europe/Berlin", Date.UTC(2026, 2, 29, 5), "2026-03-29", "2026-03-28T23:00:00.000Z", 23],
  ["Europe/Berlin", Date.UTC(2026, 9, 25, 5), "2026-10-25", "2026-10-24T22:00:00.000Z", 25],
  ["Europe/Berlin", Date.UTC(2026, 6, 1, 22), "2026-07-02", "2026-07-01T22:00:00.000Z", 24],
  // Midnight is passed over, and comes twice.
  ["America/Sao_Paulo", Date.UTC(2018, 10, 4, 9), "2018-11-04", "2018-11-04T03:00:00.000Z", 23],
  ["America/Havana", Date.UTC(2026, 10, 1, 9), "2026-11-01", "2026-11-01T04:00:00.000Z", 25],
  // Before there were time zones.
  ["Europe/Berlin", Date.UTC(1850, 5, 1, 9), "1850-06-01", "1850-05-31T23:06:32.000Z", 24],
];

for (const [name, filter, where] of FILTERS) {
  test.each(Object.keys(KEYS) as PhotoOrder[])(
    `${name}, in the order of %s`,
    async (order) => {
      for (const ascending of [false, true]) {
        for (const utcOffset of [0, 60, -330]) {
          const asked = { ...filter, order, ...(ascending && { ascending }) } as PhotoQuestion;
          const segments = await records.photos.segments(asked, { most: MOST, utcOffset });
          const cuts = segments.map(({ day, count }) => ({ day, count }));
          expect(cuts).toEqual(expected(order, ascending, where, utcOffset));
          const way = ascending ? "asc" : "desc";
          const ids = rows
            .prepare(
              `select id from photos where ${where} order by ${KEYS[order]} ${way}, id ${way}`,
            )
            .pluck()
            .all() as number[];
          const parts = await listed(asked, utcOffset);
          expect(parts.map((part) => part.length)).toEqual(cuts.map(({ count }) => count));
          expect(parts.flat()).toEqual(ids);
        }
      }
    },
    30_000,
  );
}

/** The day of a moment, when it begins, and its hours. */
function dayIn(timeZone: string, at: number): [string, string, number] {
  const { name, from, until } = daysBy({ most: MOST, utcOffset: 0, timeZone })(at);
  return [name, new Date(from).toISOString(), (until - from) / 3_600_000];
}

test("a day is as long as the clocks of a time zone make it, and begins when they first show it", () => {
  expect(ZONES.map(([zone, at]) => dayIn(zone, at))).toEqual(ZONES.map(([, , ...day]) => day));
});

test("photos that go and come back between the slices and behind them move no other segment", async () => {
  const filter: PhotoQuestion = { order: "created" };
  const cut = { most: MOST, utcOffset: 0 };
  const change = (id: number, kind: "trash" | "restore" | "remove") =>
    records.photos.transact(id, NOW, () => ({ changes: [{ kind }], value: undefined }));
  const segments = await records.photos.segments(filter, cut);
  const before = await listed(filter);
  // The first of each segment, at whose places segments begin, and one in the middle of each.
  const gone = before.flatMap((ids) => [ids[0] as number, ids[ids.length >> 1] as number]);
  for (const [index, id] of [...new Set(gone)].entries()) {
    await change(id, index % 2 ? "trash" : "remove");
  }
  const left = await Promise.all(
    segments.map(async ({ after }, index) => {
      const until = segments[index + 1]?.after;
      const part = { after, ...(until && { until }), offset: 0, limit: MOST };
      return (await records.photos.list({ ...filter, ...part })).photos.map(({ id }) => id);
    }),
  );
  expect(left).toEqual(before.map((ids) => ids.filter((id) => !gone.includes(id))));
  // While they are cut.
  const cutting = records.photos.segments(filter, cut);
  const rest = left.flat().slice(100, 900);
  for (const id of rest) await change(id, "trash");
  const total = (await cutting).reduce((sum, { count }) => sum + count, 0);
  expect(total).toBeWithin(left.flat().length - rest.length, left.flat().length + 1);
  expect(
    (await records.photos.segments(filter, cut)).map(({ day, count }) => ({ day, count })),
  ).toEqual(expected("created", false, "deleted_at is null", 0));
}, 60_000);

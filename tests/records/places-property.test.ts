import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import type { PhotoChange } from "../../src/records/records.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { fillRecords } from "../support/million.ts";
import { givenRecords } from "./given.ts";

/**
 * Counts of photos in memory hold after any changes of photos, also of those that come while they are counted for the first
 * time: they are what SQLite says of the rows themselves.
 */

const NOW = Date.now();
/** More than are counted in one slice. */
const COUNT = 2300;

type Step =
  | { do: "count" }
  | { do: "make"; at: number }
  | { do: "all of the token"; published: boolean }
  | { do: "change"; pick: number; change: PhotoChange };

const change: fc.Arbitrary<PhotoChange> = fc.oneof(
  fc.constant<PhotoChange>({ kind: "trash" }),
  fc.constant<PhotoChange>({ kind: "restore" }),
  fc.constant<PhotoChange>({ kind: "remove" }),
  fc
    .record({ published: fc.boolean(), after: fc.option(fc.integer({ min: -50, max: 50 })) })
    .map(({ published, after }): PhotoChange => ({
      kind: "update",
      set: { published, publishDate: after === null ? null : NOW + after },
    })),
);
// The newest and the oldest are picked more often than others: they stand at the ends of blocks.
const pick = fc.oneof(
  fc.nat(COUNT),
  fc.constantFrom(0, 1, 999, 1000, 1001, COUNT - 2, COUNT - 1, COUNT),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Step>({ do: "count" }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("make" as const), at: fc.nat(20_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("all of the token" as const), published: fc.boolean() }),
  },
  { weight: 9, arbitrary: fc.record({ do: fc.constant("change" as const), pick, change }) },
);

test("counts are right after any changes, also while they are counted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const folder = await mkdtemp(join(tmpdir(), "redeem-places-"));
      const file = join(folder, "redeem.db");
      await (await openRecords(file, { durable: false })).close();
      fillRecords(folder, { photos: COUNT }, NOW);
      const records = await openRecords(file, { durable: false });
      const rows = new Database(file, { readonly: true });
      try {
        const given = givenRecords(records);
        const { id: tokenId } = await given.addToken({ maxUploads: 1000 });
        const ids = (
          rows.prepare("select id from photos order by id").all() as { id: number }[]
        ).map(({ id }) => id);
        const lists: Promise<unknown>[] = [];
        for (const [index, one] of steps.entries()) {
          if (one.do === "count") lists.push(records.photos.list({ offset: 0, limit: 1 }));
          else if (one.do === "make") {
            const upload = await given.reserved(tokenId, `${index}`, NOW);
            const made = await given.finish(upload.id, { now: NOW - one.at });
            ids.push(made?.photo.id ?? 0);
          } else if (one.do === "all of the token") {
            const said = { published: one.published, publishDate: null };
            const update = { tokenId, files: "all" as const, change: said };
            const id = (await records.updates.add(update, 9)) as number;
            await records.updates.carryOut(id, NOW, (_, set) => [{ kind: "update", set }]);
          } else {
            const id = ids[one.pick % ids.length] ?? 0;
            await records.photos.transact(id, NOW, (photo) => ({
              value: 0,
              changes: photo ? [one.change] : [],
            }));
          }
          // The counting has a turn now and then.
          if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        await Promise.all(lists);
        for (const at of [undefined, NOW - 51, NOW, NOW + 51]) {
          const shown = at === undefined ? "1" : `(published or publish_date <= ${at})`;
          const where = `from photos where deleted_at is null and ${shown}`;
          const { n } = rows.prepare(`select count(*) as n ${where}`).get() as { n: number };
          for (const offset of [0, 995, n - 3]) {
            const publishedAt = at === undefined ? {} : { publishedAt: at };
            const filter = { offset: Math.max(0, offset), limit: 20, ...publishedAt };
            const page = await records.photos.list(filter);
            const wanted = rows
              .prepare(`select id ${where} order by created_at desc, id desc limit 20 offset ?`)
              .all(filter.offset) as { id: number }[];
            expect(page.total).toBe(n);
            expect(page.photos.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
          }
        }
      } finally {
        rows.close();
        await records.close();
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);

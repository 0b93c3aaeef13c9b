import { expect, test } from "bun:test";
import fc from "fast-check";
import { pieces, type Piece, type Plan } from "../support/chunks.ts";
import { png } from "../support/media.ts";
import { originalOf, photoCount, photoIn, sendChunk, type PhotoIds } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll();

type Case = { plan: Plan; force: boolean; groups: Piece[][]; seed: number };

/** Any sizes, either plan, chunks in any order with some twice, cut into groups sent at once. */
const anyCase: fc.Arbitrary<Case> = fc
  .record({
    totalSize: fc.integer({ min: 70, max: 6000 }),
    share: fc.integer({ min: 1, max: 12 }),
    force: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .chain(({ totalSize, share, force, seed }) => {
    const chunkSize = Math.max(1, Math.ceil(totalSize / share) - (seed % 3));
    const plan = { identifier: `${seed}`, filename: "a.png", chunkSize, totalSize };
    const all = pieces(plan, force);
    return fc.record({
      plan: fc.constant(plan),
      force: fc.constant(force),
      seed: fc.constant(seed),
      groups: fc
        .tuple(
          fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
          fc.subarray(all),
          fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }),
          fc.boolean(),
        )
        .map(([order, twice, widths, early]) =>
          intoGroups(early ? [...twice, ...order] : [...order, ...twice], widths),
        ),
    });
  });

function intoGroups(order: Piece[], widths: number[]): Piece[][] {
  const groups: Piece[][] = [];
  for (let at = 0, turn = 0; at < order.length; turn += 1) {
    const width = widths[turn % widths.length] ?? 1;
    groups.push(order.slice(at, at + width));
    at += width;
  }
  return groups;
}

async function send(token: string, plan: Plan, piece: Piece, file: Uint8Array<ArrayBuffer>) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const response = await sendChunk(site, token, plan, piece, file);
    if (response.status !== 503) return response;
    // Its twin is being received: without a wire only this gives the disk its turn.
    await Bun.sleep(1);
  }
  throw new Error("never taken");
}

test("chunks in any order, doubled and interleaved, are exactly the file, once", async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ plan, groups, seed }) => {
      const file = png(plan.totalSize, seed);
      const token = await site.token();
      const outcomes: PhotoIds[] = [];
      let stored = 0;
      for (const group of groups) {
        const answers = await Promise.all(group.map((piece) => send(token, plan, piece, file)));
        for (const answer of answers) {
          expect(answer.status).toBe(200);
          if (answer.headers.get("content-type")?.startsWith("text/plain")) stored += 1;
          else outcomes.push(await photoIn(answer));
        }
      }
      expect(stored + outcomes.length).toBe(groups.flat().length);
      const [photo] = outcomes;
      expect(new Set(outcomes.map(({ photo_id: id }) => id)).size).toBe(1);
      expect(await originalOf(site, photo as PhotoIds)).toEqual(file);
      expect(await photoCount(site, token)).toBe(1);
    }),
    { numRuns: 60 },
  );
  expect(await site.site.files.staging.names()).toEqual([]);
}, 60_000);

test("a file of which one chunk is missing is never complete", async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, fc.nat(), async ({ plan, force, seed }, pick) => {
      const all = pieces(plan, force);
      fc.pre(all.length > 1);
      const file = png(plan.totalSize, seed);
      const token = await site.token();
      const missing = all[pick % all.length] as Piece;
      for (const piece of all.filter((other) => other !== missing).toReversed()) {
        const answer = await send(token, plan, piece, file);
        expect(await answer.text()).toBe("ok");
      }
      expect(await photoCount(site, token)).toBe(0);
      const photo = await photoIn(await send(token, plan, missing, file));
      expect(await originalOf(site, photo)).toEqual(file);
    }),
    { numRuns: 25 },
  );
}, 60_000);

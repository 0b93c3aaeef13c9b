import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { hashSecret } from "../../src/random.ts";
import { createUploadLocks } from "../../src/upload/locks.ts";
import type { Piece, Plan } from "../support/chunks.ts";
import { deliveriesOf, rowsOf } from "../support/database.ts";
import { leaveFailed } from "../support/flood.ts";
import { startHistory, type Step } from "../support/history.ts";
import { png, textFile } from "../support/media.ts";
import { startReceiver } from "../support/receiver.ts";
import { fileForm, originalOf, photoIn, redeem, sendChunk } from "../support/redeem.ts";
import { until } from "../support/remains.ts";
import { siteForEach } from "../support/lifetime.ts";
import { sweepNow as sweepSite } from "../support/sweep.ts";

/** Each kind of thing that is swept, and what lies next to it and is not. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const site = siteForEach();

const found: string[] = [];

function sweepNow(locks = createUploadLocks()): Promise<number> {
  return sweepSite(
    site,
    (event) => {
      if (event.kind === "put right") found.push(event.what);
    },
    locks,
  );
}

const file = png(2500);
const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };
const first: Piece = { number: 1, start: 0, end: 1000 };
const second: Piece = { number: 2, start: 1000, end: 2500 };

const begin = async (parameters: Record<string, string | number> = {}) => {
  const token = await site.token({ valid_minutes: 1440, ...parameters });
  expect((await sendChunk(site, token, plan, first, file)).status).toBe(200);
  return token;
};

const uploadIds = () => rowsOf<{ id: number }>(site, "select id from uploads").map(({ id }) => id);
const fileNames = () =>
  rowsOf<{ file: string }>(site, "select file from uploads order by id").map(
    ({ file: name }) => name,
  );
const tokenIsKnown = async (token: string) =>
  (await site.site.records.tokens.byHash(hashSecret(token))) !== undefined;

describe("an unfinished upload", () => {
  test("stays for as long as it is kept, and then goes with its bytes", async () => {
    await begin();
    site.advance(23 * HOUR);
    expect(await sweepNow()).toBe(0);
    await begin();
    site.advance(HOUR + MINUTE);
    expect(await sweepNow()).toBe(1);
    expect(fileNames()).toEqual(await site.site.files.staging.names());
    expect(uploadIds()).toHaveLength(1);
    expect(rowsOf(site, "select distinct upload_id as id from chunks")).toEqual(
      uploadIds().map((id) => ({ id })),
    );
  });

  test("is as old as its last chunk", async () => {
    const plan3 = { ...plan, totalSize: 3000, identifier: "3" };
    const token = await site.token({ valid_minutes: 1440 });
    for (const number of [1, 2]) {
      const piece = { number, start: (number - 1) * 1000, end: number * 1000 };
      expect((await sendChunk(site, token, plan3, piece, png(3000))).status).toBe(200);
      site.advance(23 * HOUR);
      expect(await sweepNow()).toBe(0);
    }
  });

  test("stays while a request is at work on it", async () => {
    await begin();
    const [id] = uploadIds();
    const locks = createUploadLocks();
    const work = locks.join(id ?? 0);
    site.advance(2 * DAY);
    expect(await sweepNow(locks)).toBe(0);
    expect(await site.site.files.staging.names()).toEqual(fileNames());
    work[Symbol.dispose]();
    expect(await sweepNow(locks)).toBe(1);
  });

  test("that was swept may be sent again from its start", async () => {
    const token = await begin();
    site.advance(24 * HOUR - MINUTE);
    expect((await sendChunk(site, token, plan, second, file)).status).toBe(200);
    const other = await begin();
    site.advance(2 * DAY);
    await sweepNow();
    // Too late for this token: the grace time is over.
    expect((await sendChunk(site, other, plan, second, file)).status).toBe(404);
    expect(uploadIds()).toHaveLength(1);
  });

  test("more than are swept at once are swept in the end, and thousands of them quickly", async () => {
    leaveFailed(site, await site.token(), 2500);
    site.advance(2 * DAY);
    let rounds = 0;
    while ((await sweepNow()) > 0) rounds += 1;
    expect(rounds).toBeLessThanOrEqual(3);
    expect(uploadIds()).toEqual([]);
  });
});

test("a failed upload goes, but not before its backend was told", async () => {
  // Nobody listens there any more, and nobody tries: the callback stays as it is.
  const gone = startReceiver();
  await gone.stop();
  await site.site.deliverer.stop();
  const token = await site.token({ return_url: gone.url, background_return_p: 1 });
  expect((await sendChunk(site, token, plan, first, textFile(2500))).status).toBe(500);
  site.advance(2 * DAY);
  await sweepNow();
  expect(uploadIds()).toHaveLength(1);
  const [told] = deliveriesOf(site);
  expect(told?.state).toBe("pending");
  await site.site.records.deliveries.close(told?.id ?? "", "given-up", "no", site.site.now());
  await sweepNow();
  expect([uploadIds(), deliveriesOf(site)]).toEqual([[], []]);
});

describe("a token", () => {
  test("that expired and was never used is forgotten after its time", async () => {
    const unused = await site.token();
    const used = await site.token();
    const photo = await photoIn(await redeem(site, fileForm(used, file)));
    site.advance(29 * DAY);
    const young = await site.token();
    await sweepNow();
    expect(await tokenIsKnown(unused)).toBe(true);
    site.advance(2 * DAY);
    await sweepNow();
    const known = await Promise.all([unused, used, young].map(tokenIsKnown));
    expect(known).toEqual([false, true, true]);
    expect(await originalOf(site, photo)).toEqual(file);
    expect((await redeem(site, fileForm(unused, file))).status).toBe(404);
  });

  test("whose uploads are all swept is forgotten too", async () => {
    const token = await begin();
    site.advance(40 * DAY);
    await sweepNow();
    await sweepNow();
    expect([await tokenIsKnown(token), uploadIds()]).toEqual([false, []]);
  });
});

describe("a callback", () => {
  test("that was delivered is forgotten after its time, its photo is not", async () => {
    const receiver = startReceiver();
    try {
      const token = await site.token({ return_url: receiver.url, background_return_p: 1 });
      await redeem(site, fileForm(token, file));
      await until("delivered", () => deliveriesOf(site)[0]?.state === "delivered");
      site.advance(29 * DAY);
      await sweepNow();
      expect(deliveriesOf(site)).toHaveLength(1);
      site.advance(2 * DAY);
      await sweepNow();
      expect(deliveriesOf(site)).toEqual([]);
      expect(rowsOf(site, "select id from photos")).toHaveLength(1);
      expect(await tokenIsKnown(token)).toBe(true);
    } finally {
      await receiver.stop();
    }
  });

  test("that is still to be made stays, however old", async () => {
    const gone = startReceiver();
    await gone.stop();
    const token = await site.token({ return_url: gone.url, background_return_p: 1 });
    await redeem(site, fileForm(token, file));
    await until("one attempt", () => deliveriesOf(site)[0]?.attempts === 1);
    site.advance(60 * DAY);
    await sweepNow();
    expect(deliveriesOf(site)[0]?.state).toBe("pending");
  });
});

describe("files", () => {
  test("of no record, and under a photo's name, are put aside; of a failed one they go", async () => {
    const token = await begin({ max_uploads: 2 });
    const photo = await photoIn(await redeem(site, fileForm(token, file, "b.png")));
    const [kept = "", own = ""] = fileNames();
    const failing = await site.token();
    await sendChunk(site, failing, plan, first, textFile(2500));
    const failed = fileNames().at(-1) ?? "";
    const folder = join(site.folder, "uploads");
    const left = ["4711", own, "x".repeat(24), String(photo.photo_id)];
    for (const name of [...left, failed]) await Bun.write(join(folder, name), "x");
    expect(await sweepNow()).toBe(1);
    expect(await readdir(folder)).toEqual([kept]);
    expect((await readdir(join(site.folder, "lost"))).toSorted()).toEqual(left.toSorted());
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("that the server did not make are left alone", async () => {
    const names = ["lost+found", ".keep", "1.5", "-3", "07x", "0"];
    for (const name of names) await Bun.write(join(site.folder, "uploads", name), "x");
    await sweepNow();
    expect((await readdir(join(site.folder, "uploads"))).toSorted()).toEqual(names.toSorted());
  });

  test("in the spool of a dead process go at the start, of this one they stay", async () => {
    const spool = await site.site.files.spools.create();
    await spool.write(file);
    await sweepNow();
    expect(await readdir(join(site.folder, "spool"))).toHaveLength(1);
    await spool.close();
    await site.restart();
    expect(await readdir(join(site.folder, "spool"))).toEqual([]);
  });
});

const of = fc.nat(20);
/** Minutes to days, and never the time that uploads are kept for to the millisecond. */
const minutes = fc.oneof(
  fc.integer({ min: 1, max: 10 }),
  fc.integer({ min: 60, max: 700 }),
  fc.constantFrom(1439, 1441, 3000, 50_000),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("begin" as const),
    size: fc.integer({ min: 80, max: 900 }),
    chunks: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ do: fc.constant("chunk" as const), of, pick: of }),
  fc.record({ do: fc.constant("chunk" as const), of, pick: of }),
  fc.record({ do: fc.constant("finish" as const), of }),
  fc.record({ do: fc.constant("fail" as const), of }),
  fc.record({ do: fc.constant("whole" as const), good: fc.boolean() }),
  fc.record({ do: fc.constant("advance" as const), minutes }),
  fc.record({ do: fc.constant("advance" as const), minutes }),
  fc.constant({ do: "restart" as const }),
);

test("whatever happened before, a sweep removes what is old and nothing else", async () => {
  const histories = fc.array(step, { minLength: 5, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const history = await startHistory(DAY);
      try {
        for (const one of steps) {
          await history.take(one);
          await history.sweep();
        }
      } finally {
        await history.test.stop();
      }
    }),
    { numRuns: 30 },
  );
}, 60_000);

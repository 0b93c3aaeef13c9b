import { expect, test } from "bun:test";
import { Problem } from "../../src/problem.ts";
import { rowsOf } from "../support/database.ts";
import { cancelling, file, plan } from "../support/cancelling.ts";
import { siteForEach } from "../support/lifetime.ts";
import { askChunk, originalOf, photoCount, photoIn } from "../support/redeem.ts";
import { readSeed, seeded } from "../soak/random.ts";

/** Cancelling a file whose bytes are kept (protocol 4.8, `keep_seconds`), beside chunks that are coming in, and undoing it. */

const site = siteForEach();
const { send, cancel, staged, states, receive } = cancelling(() => site);

const kept = [{ state: "receiving", kept: 1 }];
const goesOn = async (token: string, ...numbers: number[]) => {
  let last = await send(token, 1);
  for (const number of numbers) last = await send(token, number);
  expect(await originalOf(site, await photoIn(last))).toEqual(new Uint8Array(file));
  expect(await photoCount(site, token)).toBe(1);
};

test.each(["bytes", "rest"] as const)(
  "a chunk that is coming in is refused in its %s, and the others are there",
  async (where) => {
    const token = await site.token();
    await send(token, 1);
    const during = { [where]: async () => expect(await cancel(token, 60)).toBe(true) };
    expect(await receive(token, 2, during)).toBe("upload_cancelled");
    expect([(await staged()).length, states()]).toEqual([1, kept]);
    await goesOn(token, 3, 2);
  },
);

test("it is undone by a chunk that comes behind that, while an old one goes on", async () => {
  const token = await site.token();
  await send(token, 1);
  let same: Promise<Response> | undefined;
  const during = {
    bytes: async () => {
      await cancel(token, 60);
      expect((await send(token, 3)).status).toBe(200);
      expect(states()).toEqual([{ state: "receiving", kept: 0 }]);
      // It waits for its bytes, which the old one is writing.
      same = send(token, 2);
    },
  };
  expect(await receive(token, 2, during)).toBe("upload_cancelled");
  const ids = await photoIn((await same) as Response);
  expect(await originalOf(site, ids)).toEqual(new Uint8Array(file));
});

test("a chunk that turns out to be none that is taken ends nothing, and nobody is told", async () => {
  const token = await site.token({ return_url: "http://a.test/", background_return_p: 1 });
  await send(token, 2);
  const during = {
    rest: async () => {
      await cancel(token, 60);
      throw new Problem("file_not_supported", "No.");
    },
  };
  expect(await receive(token, 1, during)).toBe("file_not_supported");
  expect([states(), rowsOf(site, "select * from deliveries")]).toEqual([kept, []]);
});

test("one that is all there is no photo, whoever starts, until it is asked for", async () => {
  const token = await site.token();
  await send(token, 1);
  await send(token, 2);
  const { chunks } = site.site.records;
  const { record } = chunks;
  // The last chunk is all there and about to be recorded.
  chunks.record = async (chunk) => {
    chunks.record = record;
    expect(await cancel(token, 60)).toBe(true);
    return record(chunk);
  };
  expect((await send(token, 3)).headers.get("redeem-code")).toBe("upload_cancelled");
  await site.restart();
  expect([await photoCount(site, token), states()]).toEqual([0, kept]);
  await photoIn(await askChunk(site, token, plan, 1));
  expect(await photoCount(site, token)).toBe(1);
});

test("nor is one of which others have the use by then", async () => {
  const token = await site.token();
  await send(token, 1);
  await cancel(token, 60);
  await send(token, 1, { ...plan, identifier: "other" });
  expect((await send(token, 2)).status).toBe(404);
  expect(states()).toEqual([...kept, { state: "receiving", kept: 0 }]);
});

test("at any moment, and undone: one photo, with its own bytes", async () => {
  const seed = readSeed();
  console.log(`cancel-kept.test.ts: REDEEM_TEST_SEED=${seed}`);
  const random = seeded(seed);
  const seen = { kept: 0, arrived: 0 };
  for (let round = 0; round < 60; round += 1) {
    const token = await site.token();
    await send(token, 1);
    const turns = random.between(0, 20);
    const ending = (async () => {
      for (let turn = 0; turn < turns; turn += 1) {
        await (random.between(0, 1) ? new Promise(setImmediate) : undefined);
      }
      return cancel(token, 60);
    })();
    const sent = random.between(0, 1) ? [2] : [2, 3];
    await Promise.all([ending, ...sent.map((number) => send(token, number))]);
    seen[(await photoCount(site, token)) === 0 ? "kept" : "arrived"] += 1;
    await goesOn(token, 2, 3);
    expect(await staged()).toEqual([]);
  }
  console.log(`cancel-kept.test.ts: ${JSON.stringify(seen)}`);
  expect(Math.min(seen.kept, seen.arrived)).toBeGreaterThan(5);
}, 120_000);

import { afterEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openData } from "../../src/data-folder.ts";
import { fillRecords } from "../support/million.ts";
import { processorTimeOf } from "../support/processor.ts";
import { until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { API_KEY } from "../support/site.ts";

/** A folder of long use: nobody waits for what the server does with all of it. */

/** A million take the test twice as long, and tell the same: old code took seconds for these, too. */
const PHOTOS = 500_000;
const OLD_TOKENS = 150_000;
const OLD_CALLBACKS = 50_000;

/** What nobody waits longer for. The old code took seconds. */
const BOUND_MS = 500;

let folder = "";
let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/**
 * The longest time that an answer of /health took while this went on. Of that counts what the server worked meanwhile, and not for how
 * long a busy machine did not let it work.
 */
async function longestWait(of: TestServer, work: Promise<unknown>): Promise<number> {
  let longest = 0;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const [asked, worked] = [performance.now(), processorTimeOf(of)];
      const answer = await fetch(`${of.url}/health`);
      expect(answer.status).toBe(200);
      await answer.text();
      const waited = Math.min(performance.now() - asked, processorTimeOf(of) - worked);
      longest = Math.max(longest, waited);
      await Bun.sleep(2);
    }
  })();
  await work.finally(() => over.abort());
  await watching;
  return longest;
}

test("with very many photos and old tokens the server starts, sweeps and lists, and /health is answered all the while", async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-million-"));
  // Makes the file, with the schema of this version.
  await (await openData(folder)).records.close();
  fillRecords(folder, {
    photos: PHOTOS,
    expiredTokens: OLD_TOKENS,
    abandoned: 1000,
    closedDeliveries: OLD_CALLBACKS,
  });
  server = await startServer({ folder, env: { REDEEM_PUBLIC_LIST: "1" } });
  const started = server;
  // That takes seconds, and comes behind the start.
  expect(started.log()).not.toContain("swept abandoned uploads");
  const swept = until("swept", () => started.log().includes("swept abandoned uploads"), 60_000);
  expect(await longestWait(started, swept)).toBeLessThan(BOUND_MS);
  const deleted = /"deleted":(\d+)/.exec(started.log());
  // Each abandoned upload, callback and unused token.
  expect(Number(deleted?.[1])).toBe(OLD_TOKENS + 1000 + OLD_CALLBACKS);

  const pages = ["p=1", "p=12000&size=20", "p=2500&size=100", "p=1000000&size=100"];
  const totals = new Set<number>();
  const asking = Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      // Albums and words of these photos are still being collected: pages wait for none of it.
      const answer = await fetch(`${started.url}/api/2/photo/list?${pages[index % 4]}`);
      const { total_count: total } = (await answer.json()) as { total_count: number };
      totals.add(total);
    }),
  );
  expect(await longestWait(started, asking)).toBeLessThan(BOUND_MS);
  // Half of them are published; those with a date will be within a quarter of an hour.
  const [total] = totals;
  expect(total).toBeGreaterThanOrEqual(PHOTOS / 2);
  expect(total).toBeLessThanOrEqual((PHOTOS * 3) / 4);

  // What whoever runs it looks at: a look at each of them, in slices.
  const looking = (async () => {
    const { items: links } = await ask<{ items: object[] }>(
      started,
      "upload-token/list?state=revoked",
    );
    expect(links).toEqual([]);
    const { items } = await ask<{ items: object[] }>(started, "delivery/list?state=delivered");
    expect(items).toEqual([]);
    await ask(started, "site/health");
    let storage = { at: 0, photos: 0, originals: 0 };
    while (storage.at === 0) storage = await ask(started, "site/storage");
    expect(storage).toMatchObject({ photos: PHOTOS, originals: PHOTOS * 1000 });
  })();
  expect(await longestWait(started, looking)).toBeLessThan(BOUND_MS);
}, 120_000);

async function ask<Data>({ url }: TestServer, method: string): Promise<Data> {
  const headers = { authorization: `Bearer ${API_KEY}` };
  const answer = await fetch(`${url}/api/2/${method}`, { headers });
  expect([method, answer.status]).toEqual([method, 200]);
  return ((await answer.json()) as { data: Data }).data;
}

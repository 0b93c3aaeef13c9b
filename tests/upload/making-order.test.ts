import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import Database from "better-sqlite3";
import fc from "fast-check";
import { systemCalls, type Calls } from "../../src/files/calls.ts";
import type { Upload } from "../../src/records/records.ts";
import { finalize } from "../../src/upload/finalize.ts";
import { createMakingOrder } from "../../src/upload/making-order.ts";
import type { Finished, Owner, UploadContext } from "../../src/upload/types.ts";
import { rowsOf } from "../support/database.ts";
import {
  manyForm,
  MANY_PATH,
  outcomesIn,
  planOf,
  type OneAnswer,
  type Small,
} from "../support/many.ts";
import { png, textFile } from "../support/media.ts";
import { sendChunk } from "../support/redeem.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

/** Photos of one request (protocol 4.9) are made in its order, whichever of its files reaches the disk first. */

let syncs: ReturnType<typeof createHeldSyncs>;
let site: TestSite;
beforeEach(async () => {
  syncs = createHeldSyncs();
  site = await startTestSite({}, { calls: syncs.calls });
});
afterEach(async () => {
  syncs.letGo();
  await site.stop();
});

/** Syncs of files that wait until a test says how they end, and in what order. */
function createHeldSyncs() {
  const waiting: ((end: "synced" | "failed") => void)[] = [];
  let isHeld = false;
  let told: (() => void) | undefined;
  const calls: Calls = {
    ...systemCalls,
    fdatasync: async (fd) => {
      if (!isHeld) return systemCalls.fdatasync(fd);
      const end = await new Promise<"synced" | "failed">((resolve) => {
        waiting.push(resolve);
        told?.();
      });
      if (end === "failed") throw Object.assign(new Error("EIO: injected"), { code: "EIO" });
    },
  };
  return {
    calls,
    hold: () => void (isHeld = true),
    /** Resolves when so many syncs wait. */
    count: (wanted: number) =>
      new Promise<void>((resolve) => {
        told = () => {
          if (waiting.length >= wanted) resolve();
        };
        told();
      }),
    /** Ends the one that has waited for the longest, or the shortest, time. */
    end: (which: "first" | "last", how: "synced" | "failed" = "synced") =>
      (which === "first" ? waiting.shift() : waiting.pop())?.(how),
    letGo: () => {
      isHeld = false;
      for (const end of waiting.splice(0)) end("synced");
    },
  };
}

const small = (index: number): Small => ({
  name: `${index}.png`,
  bytes: png(500 + index, index + 1),
});
const some = (count: number) => Array.from({ length: count }, (_, index) => small(index));

const post = (token: string, files: readonly Small[]) =>
  site
    .call(MANY_PATH, { method: "POST", body: manyForm({ upload_token: token }, files) })
    .then(outcomesIn);

const idsOf = (outcomes: readonly OneAnswer[]) => outcomes.flatMap(({ photo_id: id }) => id ?? []);
const inOrder = (ids: readonly number[]) => ids.toSorted((one, other) => one - other);

/** The names of a token's photos, as `photo/list` has them, the oldest first. */
async function listed(token: string): Promise<string[]> {
  const query = "include_unpublished_p=1&orderby=created&order=asc&size=100";
  const answer = await site.callWithKey(`/api/2/photo/list?${query}&upload_token=${token}`);
  const { data } = (await answer.json()) as { data: { photo_id: number }[] };
  const rows = rowsOf<{ id: number; filename: string }>(
    site,
    "select photo_id as id, filename from originals",
  );
  return data.map((photo) => rows.find(({ id }) => id === photo.photo_id)?.filename ?? "");
}

/** Ends all that wait, the latest first, each when what the one before it brings about has been done. */
async function endBackwards(count: number): Promise<void> {
  await syncs.count(count);
  for (let left = count; left > 0; left -= 1) {
    syncs.end("last");
    await site.call("/health");
    await new Promise(setImmediate);
  }
}

test("files that reach the disk the other way round are photos in the order of the request", async () => {
  const token = await site.token({ max_uploads: 9 });
  syncs.hold();
  const files = some(8);
  const sent = post(token, files);
  await endBackwards(8);
  const outcomes = await sent;
  expect(outcomes.map(({ status }) => status)).toEqual(files.map(() => 200));
  expect(idsOf(outcomes)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await listed(token)).toEqual(files.map(({ name }) => name));
});

test("others keep their order where one is refused, is here, comes twice, or is a part", async () => {
  const token = await site.token({ max_uploads: 9 });
  const [here] = idsOf(await post(token, [small(4)]));
  syncs.hold();
  const bytes = png(3000);
  const part = {
    name: "part.png",
    bytes: bytes.slice(0, 2000),
    fields: { resumableChunkSize: "2000", resumableTotalSize: "3000" },
  };
  const refused = { name: "text.txt", bytes: textFile(300) };
  const sent = post(token, [small(1), refused, small(4), small(2), part, small(2), small(3)]);
  await endBackwards(3);
  syncs.letGo();
  const outcomes = await sent;
  expect(outcomes.map(({ status }) => status)).toEqual([200, 500, 200, 200, 200, 200, 200]);
  const [one, again, two, twice, three] = idsOf(outcomes);
  expect([again, twice]).toEqual([here, two]);
  expect([one, two, three]).toEqual([2, 3, 4]);
});

test("one that cannot be brought to the disk is told to come again, and those behind it are photos", async () => {
  const token = await site.token({ max_uploads: 9 });
  syncs.hold();
  const sent = post(token, some(4));
  await syncs.count(4);
  syncs.end("first", "failed");
  syncs.letGo();
  const outcomes = await sent;
  expect(outcomes.map(({ status }) => status)).toEqual([503, 200, 200, 200]);
  expect(idsOf(outcomes)).toEqual([1, 2, 3]);
  // It comes again: behind the others.
  expect(idsOf(await post(token, [small(0)]))).toEqual([4]);
});

test("a file that is cancelled while it waits for those before it stays, and holds nobody up", async () => {
  const token = await site.token({ max_uploads: 9 });
  syncs.hold();
  const sent = post(token, some(3));
  await syncs.count(3);
  syncs.end("last");
  const plan = planOf(small(2));
  const query = new URLSearchParams({
    upload_token: token,
    resumableIdentifier: plan.identifier,
    resumableTotalSize: `${plan.totalSize}`,
    resumableChunkSize: `${plan.chunkSize}`,
    resumableFilename: plan.filename,
  });
  const cancelled = site.call(`/api/2/photo/cancel-upload?${query}`, { method: "POST" });
  syncs.letGo();
  expect(idsOf(await sent)).toEqual([1, 2, 3]);
  expect(await (await cancelled).json()).toMatchObject({ data: { cancelled_p: false } });
});

test("whoever waits for a photo that another request makes lets those behind it go first", async () => {
  const nextTurn = createMakingOrder();
  const [turn, behind] = [nextTurn(), nextTurn()];
  const context = site.site.uploads as UploadContext;
  using work = context.locks.join(1);
  const { promise, resolve } = Promise.withResolvers<Finished>();
  work.shared.finalizing = promise;
  const upload = { id: 1 } as Upload;
  const joined = finalize(context, work, {} as Owner, upload, 9, { extra: {}, turn });
  await behind.come;
  const made = {} as Finished;
  resolve(made);
  expect(await joined).toBe(made);
});

test("a start that finds files without their photos makes these in the order of the request", async () => {
  const token = await site.token({ max_uploads: 9 });
  const change = (statement: string) => {
    const database = new Database(`${site.folder}/redeem.db`);
    database.exec(statement);
    database.close();
  };
  change("create trigger no before insert on photos begin select raise(abort, 'no'); end");
  const files = some(6);
  const outcomes = await post(token, files);
  expect(outcomes.map(({ status }) => status)).toEqual(files.map(() => 503));
  await site.restart(() => change("drop trigger no"));
  expect(await listed(token)).toEqual(files.map(({ name }) => name));
});

describe("requests that have files in common", () => {
  /** What two clients send at once, and what another one sends alone. */
  const cases = fc.record({
    requests: fc.array(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 10 }), {
      minLength: 2,
      maxLength: 3,
    }),
    alone: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 3 }),
    ends: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
  });

  test("never wait for each other: all end, and each file is one photo", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ requests, alone, ends }) => {
        const token = await site.token({ max_uploads: 20 });
        syncs.hold();
        const all = Promise.all([
          ...requests.map((files) => post(token, files.map(small))),
          ...alone.map(async (index) => {
            const { bytes } = small(index);
            const piece = { number: 1, start: 0, end: bytes.length };
            const answer = await sendChunk(site, token, planOf(small(index)), piece, bytes);
            return [{ identifier: "", message: "", status: answer.status } satisfies OneAnswer];
          }),
        ]);
        for (const isFirst of ends) {
          syncs.end(isFirst ? "first" : "last");
          await new Promise(setImmediate);
        }
        syncs.letGo();
        const outcomes = (await all).flat();
        expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([200]));
        const files = new Set([...requests.flat(), ...alone]);
        expect(await listed(token)).toHaveLength(files.size);
      }),
      { numRuns: Number(process.env["CASES"] ?? 15) },
    );
  }, 60_000);

  test("keep their own order where they have none", async () => {
    const token = await site.token({ max_uploads: 20 });
    syncs.hold();
    const one = post(token, some(4));
    const other = post(token, [14, 13, 12, 11].map(small));
    await endBackwards(8);
    for (const ids of [idsOf(await one), idsOf(await other)]) expect(ids).toEqual(inOrder(ids));
  });
});

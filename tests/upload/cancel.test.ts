import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { systemCalls, type Calls } from "../../src/files/calls.ts";
import { createQuota } from "../../src/upload/quota.ts";
import { cancelling, file, plan } from "../support/cancelling.ts";
import { pieces } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { originalOf, photoCount, photoIn, sendChunk } from "../support/redeem.ts";
import { startTestSite, type TestSite } from "../support/site.ts";
import { readSeed, seeded } from "../soak/random.ts";

/** Cancelling beside chunks that are coming in, and beside the making of the photo (protocol 4.8). */

let site: TestSite;
/** Done when a photo's bytes are brought to the disk. */
let atSync: (() => Promise<void>) | undefined;
const calls: Calls = {
  ...systemCalls,
  fsync: async (fd) => {
    await atSync?.();
    await systemCalls.fsync(fd);
  },
};

beforeEach(async () => {
  atSync = undefined;
  site = await startTestSite({}, { calls });
});
afterEach(() => site.stop());

const { send, cancel, staged, states, receive } = cancelling(() => site);

describe("beside a chunk that is coming in", () => {
  test.each(["bytes", "rest"] as const)(
    "cancelled in its %s, it is refused, and nothing is left",
    async (where) => {
      const token = await site.token();
      for (const number of [1, 2]) {
        const during = { [where]: async () => expect(await cancel(token)).toBe(true) };
        // Of the second one, the first is stored.
        if (number === 2) await send(token, 1);
        expect(await receive(token, number, during)).toBe("upload_cancelled");
        expect([await staged(), states()]).toEqual([[], [{ state: "failed", kept: 0 }]]);
        expect(rowsOf(site, "select * from chunks")).toEqual([]);
      }
    },
  );

  test.each([
    ["cancelled", "upload_cancelled"],
    ["kept", "upload_cancelled"],
    ["swept", "temporarily_unavailable"],
  ])(
    "%s after it was let in and before it is at work, it leaves no promise of room",
    async (how, code) => {
      const token = await site.token();
      await send(token, 1);
      // Of a disk that is this large, and that nobody else writes to.
      const quota = createQuota({ space: () => 1e9, reserve: 0, undecidedLimit: 0 });
      Object.assign(site.site.uploads, { quota });
      const { uploads, leftovers } = site.site.records;
      const { byIdentity } = uploads;
      uploads.byIdentity = async (...of) => {
        const found = await byIdentity(...of);
        uploads.byIdentity = byIdentity;
        if (how === "cancelled") await cancel(token);
        else if (how === "kept") await cancel(token, 60);
        else {
          await leftovers.end([found?.id ?? 0]);
          await leftovers.delete(found?.id ?? 0);
        }
        return found;
      };
      expect(await receive(token, 2, {})).toBe(code);
      expect(uploads.byIdentity).toBe(byIdentity);
      expect(() => quota.require(1e9)).not.toThrow();
      if (how === "kept") expect(states()).toEqual([{ state: "receiving", kept: 1 }]);
    },
  );

  test("another file has the use at once, while it goes on", async () => {
    const token = await site.token();
    let other: Response | undefined;
    const during = {
      bytes: async () => {
        await cancel(token);
        const of = { ...plan, identifier: "other" };
        other = await sendChunk(site, token, of, pieces(of)[0] as never, file);
      },
    };
    expect(await receive(token, 1, during)).toBe("upload_cancelled");
    expect(other?.status).toBe(200);
  });

  test("the same file, begun anew while an old chunk goes on, has its own bytes", async () => {
    const token = await site.token();
    const during = {
      bytes: async () => {
        await cancel(token);
        expect((await send(token, 1)).status).toBe(200);
      },
    };
    await send(token, 1);
    expect(await receive(token, 2, during)).toBe("upload_cancelled");
    expect((await staged()).length).toBe(1);
    await send(token, 2);
    const ids = await photoIn(await send(token, 3));
    expect(await originalOf(site, ids)).toEqual(new Uint8Array(file));
  });
});

test("beside the making of the photo it waits, and says that the file has arrived", async () => {
  const token = await site.token();
  await send(token, 1);
  await send(token, 2);
  let answered: boolean | undefined;
  let asked: Promise<void> | undefined;
  atSync = async () => {
    atSync = undefined;
    asked = cancel(token).then((value) => void (answered = value));
    // As long as it likes: it waits for this.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(answered).toBeUndefined();
  };
  await photoIn(await send(token, 3));
  await asked;
  expect(answered).toBe(false);
  expect(await photoCount(site, token)).toBe(1);
});

test("where the photo could not be made for now, it is cancelled then", async () => {
  const token = await site.token();
  await send(token, 1);
  await send(token, 2);
  let asked: Promise<boolean> | undefined;
  atSync = async () => {
    atSync = undefined;
    asked = cancel(token);
    await new Promise(setImmediate);
    throw Object.assign(new Error("EIO: injected"), { code: "EIO" });
  };
  expect((await send(token, 3)).status).toBe(503);
  expect(await asked).toBe(true);
  expect([await staged(), states()]).toEqual([[], [{ state: "failed", kept: 0 }]]);
  expect(await photoCount(site, token)).toBe(0);
});

test("at any moment: either a photo, or nothing", async () => {
  const seed = readSeed();
  console.log(`cancel.test.ts: REDEEM_TEST_SEED=${seed}`);
  const random = seeded(seed);
  const seen = { cancelled: 0, arrived: 0 };
  for (let round = 0; round < 150; round += 1) {
    const token = await site.token();
    await send(token, 1);
    const turns = random.between(0, 20);
    const ending = (async () => {
      for (let turn = 0; turn < turns; turn += 1) {
        await (random.between(0, 1) ? new Promise(setImmediate) : undefined);
      }
      return cancel(token);
    })();
    const [isCancelled, ...answers] = await Promise.all([ending, send(token, 2), send(token, 3)]);
    expect(await photoCount(site, token)).toBe(isCancelled ? 0 : 1);
    if (isCancelled) expect(answers.some(({ status }) => status === 500)).toBe(true);
    expect(await staged()).toEqual([]);
    seen[isCancelled ? "cancelled" : "arrived"] += 1;
  }
  console.log(`cancel.test.ts: ${JSON.stringify(seen)}`);
  expect(Math.min(seen.cancelled, seen.arrived)).toBeGreaterThan(5);
}, 120_000);

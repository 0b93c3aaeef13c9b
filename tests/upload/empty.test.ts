import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { tokenClaim } from "../../src/upload/claim.ts";
import { rowsOf } from "../support/database.ts";
import { createFaults, type Faults } from "../support/faults.ts";
import { png } from "../support/media.ts";
import { photoIn, sendChunk } from "../support/redeem.ts";
import { until } from "../support/remains.ts";
import { startTestSite, type TestSite } from "../support/site.ts";
import { sweepNow } from "../support/sweep.ts";

/** Uploads that have not a byte on record, and end: nothing of them may stay. */

let faults: Faults;
let site: TestSite;
beforeEach(async () => {
  faults = createFaults();
  site = await startTestSite({}, { calls: faults.calls });
});
afterEach(() => site.stop());

const file = png(2500);
const plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };
const first = { number: 1, start: 0, end: 1000 };
const second = { number: 2, start: 1000, end: 2500 };

async function filesIn(place: string): Promise<string[]> {
  const folder = join(site.folder, place);
  return existsSync(folder) ? readdir(folder) : [];
}

/** A chunk that comes in, without HTTP. */
function receive(token: string, bytes: AsyncIterable<Uint8Array>) {
  const params = new Map([
    ["upload_token", token],
    ["resumableIdentifier", plan.identifier],
    ["resumableFilename", plan.filename],
    ["resumableChunkSize", "1000"],
    ["resumableTotalSize", "2500"],
    ["resumableChunkNumber", "1"],
  ]);
  return site.site.redeemer.receive(
    {
      claim: tokenClaim({ ...site.site, unlock: async () => undefined }, "upload"),
      params,
      partName: plan.filename,
      range: undefined,
      origin: null,
    },
    {
      length: undefined,
      moreParams: true,
      bytes,
      rest: async () => ({ params, moreFiles: false }),
      endBy: () => undefined,
    },
  );
}

test("a chunk that comes in the moment in which the only one before it is cut is taken, or may come again", async () => {
  for (let turns = 0; turns < 30; turns += 1) {
    const token = await site.token();
    const cut = Promise.withResolvers<never>();
    async function* cutBytes(): AsyncGenerator<Uint8Array> {
      yield file.subarray(0, 200);
      await cut.promise;
    }
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield file.subarray(0, 1000);
    }
    const before = receive(token, cutBytes()).catch(() => undefined);
    await until("it is under way", () => filesIn("uploads").then((names) => names.length > 0));
    cut.reject(new Error("cut"));
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const again = await receive(token, bytes()).then(
      ({ kind }) => kind,
      (error: unknown) => String(error),
    );
    expect(["stored", "Problem: The upload has ended meanwhile; try again."]).toContain(again);
    await before;
    const known = rowsOf<{ file: string }>(
      site,
      "select file from uploads where state = 'receiving'",
    );
    expect(await filesIn("uploads")).toEqual(known.map((row) => row.file));
    if (again !== "stored") await sendChunk(site, token, plan, first, file);
    await photoIn(await sendChunk(site, token, plan, second, file));
  }
});

test("one whose bytes were lost, and which finds no room when it goes on, leaves no file", async () => {
  const token = await site.token();
  faults.fail("EIO", 0, "fdatasync");
  await sendChunk(site, token, plan, first, file);
  await until("forgotten", () => rowsOf(site, "select 1 from chunks").length === 0);
  expect(await filesIn("uploads")).toHaveLength(1);
  await site.site.stop();
  const { folder } = site;
  site = await startTestSite({ REDEEM_RESERVE: "1000TB" }, { folder });
  expect((await sendChunk(site, token, plan, first, file)).status).toBe(507);
  expect(rowsOf(site, "select id from uploads")).toEqual([]);
  await sweepNow(site);
  expect([...(await filesIn("uploads")), ...(await filesIn("lost"))]).toEqual([]);
});

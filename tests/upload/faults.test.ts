import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { tokenClaim } from "../../src/upload/claim.ts";
import Database from "better-sqlite3";
import { rowsOf } from "../support/database.ts";
import { createFaults, type Faults } from "../support/faults.ts";
import { png } from "../support/media.ts";
import {
  askChunk,
  fileForm,
  originalOf,
  photoCount,
  photoIn,
  redeem,
  sendChunk,
} from "../support/redeem.ts";
import { until } from "../support/remains.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

/** Issue 7, A.1 and A.5: the disk says no, at every step from a chunk to a photo. */

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

type ChunkRow = { start: number; synced: number };
const chunkRows = () => rowsOf<ChunkRow>(site, "select start, synced from chunks order by start");
const synced = (count: number) =>
  until(`${count} synced`, () => chunkRows().filter((row) => row.synced === 1).length === count);

/** Sends what the server does not have, until there is a photo. */
async function sendRest(token: string): Promise<Response> {
  let last: Response | undefined;
  for (let round = 0; round < 4; round += 1) {
    for (const piece of [first, second]) {
      const answer = await askChunk(site, token, plan, piece.number);
      if (answer.headers.get("content-type")?.startsWith("application/json")) return answer;
      if (answer.status === 200) continue;
      last = await sendChunk(site, token, plan, piece, file);
      if (last.headers.get("content-type")?.startsWith("application/json")) return last;
    }
  }
  throw new Error(`no photo: ${last?.status}`);
}

/** Files in the data folder's places, by folder. */
async function filesIn(place: string): Promise<string[]> {
  const folder = join(site.folder, place);
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function onlyThePhotoIsThere(token: string): Promise<void> {
  expect(await photoCount(site, token)).toBe(1);
  expect(await filesIn("uploads")).toEqual([]);
  expect(await filesIn("spool")).toEqual([]);
  expect(await filesIn("lost")).toEqual([]);
  const kept = rowsOf<{ file: string }>(site, "select file from originals");
  expect(await filesIn("photos")).toEqual(kept.map((row) => row.file));
}

describe("a failed sync", () => {
  test("takes back the chunks that were not synced before, and a later success proves nothing", async () => {
    const token = await site.token();
    await sendChunk(site, token, { ...plan, totalSize: 3500 }, first, file);
    await synced(1);
    faults.fail("EIO", 0, "fdatasync");
    const middle = { number: 2, start: 1000, end: 2000 };
    expect((await sendChunk(site, token, { ...plan, totalSize: 3500 }, middle, file)).status).toBe(
      200,
    );
    await until("forgotten", () => chunkRows().length === 1);
    expect(chunkRows()).toEqual([{ start: 0, synced: 1 }]);
    expect(rowsOf(site, "select received from uploads")).toEqual([{ received: 1000 }]);
    await site.restart();
    expect(chunkRows()).toEqual([{ start: 0, synced: 1 }]);
  });

  test("of an upload makes no photo, until all of it was sent again", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, first, file);
    await synced(1);
    faults.fail("EIO", 0, "fdatasync");
    const refused = await sendChunk(site, token, plan, second, file);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await photoCount(site, token)).toBe(0);
    expect((await askChunk(site, token, plan, 1)).status).toBe(200);
    expect((await askChunk(site, token, plan, 2)).status).toBe(204);
    expect(await originalOf(site, await photoIn(await sendRest(token)))).toEqual(file);
    await onlyThePhotoIsThere(token);
  });

  test("of a whole file makes no photo, and leaves the use of its token", async () => {
    const token = await site.token();
    faults.fail("EIO", 0, "fdatasync");
    const refused = await redeem(site, fileForm(token, file));
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await filesIn("")).not.toContain("original");
    expect(await photoCount(site, token)).toBe(0);
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
    await onlyThePhotoIsThere(token);
  });

  test("along the way refuses the chunk that is being written, and takes back the others", async () => {
    const size = 70 * 1024 * 1024;
    const large = { ...plan, identifier: "l", chunkSize: size, totalSize: 2 * size };
    const bytes = png(size);
    const token = await site.token();
    faults.fail("EIO", 0, "fdatasync");
    const piece = { number: 1, start: 0, end: size };
    expect((await sendChunk(site, token, large, piece, bytes)).status).toBe(503);
    await until("forgotten", () => chunkRows().length === 0);
    expect((await sendChunk(site, token, large, piece, bytes)).status).toBe(200);
    expect(chunkRows()).toHaveLength(1);
  });
});

describe.each(["EIO", "EMFILE", "ENOSPC"])("%s at any step of making a photo", (code) => {
  test("of chunks is rolled back or finished, in this process and by the next start", async () => {
    let step = 0;
    for (let healthy = false; !healthy; step += 1) {
      for (const restart of [false, true]) {
        const token = await site.token();
        await sendChunk(site, token, plan, first, file);
        await synced(1);
        const before = faults.made.length;
        faults.fail(code, step);
        const answer = await sendChunk(site, token, plan, second, file);
        // Beyond the last step: nothing was called that could fail.
        healthy = answer.status === 200 && faults.made.length - before <= step;
        faults.heal();
        if (answer.status !== 200) {
          expect([503, 507]).toContain(answer.status);
          expect(await photoCount(site, token)).toBe(0);
        }
        if (restart) await site.restart();
        expect(await originalOf(site, await photoIn(await sendRest(token)))).toEqual(file);
        expect(await photoCount(site, token)).toBe(1);
      }
    }
    expect(step).toBeGreaterThan(6);
    expect(await filesIn("uploads")).toEqual([]);
    expect(await filesIn("lost")).toEqual([]);
    expect((await filesIn("photos")).length).toBe(rowsOf(site, "select id from photos").length);
  });

  test("of a whole file leaves nothing behind but the use of its token, or a photo", async () => {
    let refused = 0;
    let photos = 0;
    for (let step = 0, healthy = false; !healthy; step += 1) {
      const token = await site.token();
      const before = faults.made.length;
      faults.fail(code, step);
      const answer = await redeem(site, fileForm(token, file));
      healthy = faults.made.length - before <= step;
      faults.heal();
      photos += 1;
      if (answer.status === 200) {
        // On record already: what failed was only to bring its file to its place.
        expect(await originalOf(site, await photoIn(answer))).toEqual(file);
        if (step % 2 === 0) await site.restart();
      } else {
        refused += 1;
        expect([503, 507]).toContain(answer.status);
        expect(await filesIn("uploads")).toEqual([]);
        expect(await filesIn("photos")).toHaveLength(photos - 1);
        if (step % 2 === 0) await site.restart();
        const photo = await photoIn(await redeem(site, fileForm(token, file)));
        expect(await originalOf(site, photo)).toEqual(file);
      }
      expect(await filesIn("uploads")).toEqual([]);
      expect(await filesIn("photos")).toHaveLength(photos);
    }
    expect(refused).toBeGreaterThan(4);
    expect(photos).toBeGreaterThan(refused + 1);
    expect(await filesIn("lost")).toEqual([]);
  });
});

test("a commit that fails leaves the file where it was, and the same upload becomes a photo later", async () => {
  const token = await site.token();
  await sendChunk(site, token, plan, first, file);
  const database = new Database(join(site.folder, "redeem.db"));
  database.exec(
    "create trigger no before insert on photos begin select raise(abort, 'disk I/O error'); end",
  );
  expect((await sendChunk(site, token, plan, second, file)).status).toBe(503);
  expect(await filesIn("photos")).toEqual([]);
  expect(await filesIn("uploads")).toHaveLength(1);
  await site.restart(() => {
    database.exec("drop trigger no");
    database.close();
  });
  expect(await originalOf(site, await photoIn(await askChunk(site, token, plan, 1)))).toEqual(file);
  await onlyThePhotoIsThere(token);
});

test("a spool that cannot be deleted holds no use", async () => {
  const token = await site.token();
  const { spools } = site.site.files;
  const { create } = spools;
  spools.create = async () => ({
    ...(await create()),
    delete: () => Promise.reject(Object.assign(new Error("injected"), { code: "EROFS" })),
  });
  faults.fail("EIO", 0, "fdatasync");
  expect((await redeem(site, fileForm(token, file))).ok).toBe(false);
  spools.create = create;
  expect((await redeem(site, fileForm(token, file))).status).toBe(200);
});

test("a chunk that came again is not answered for where it was forgotten while it came", async () => {
  const token = await site.token();
  expect((await sendChunk(site, token, plan, second, file)).status).toBe(200);
  const { redeemer, records } = site.site;
  const params = new Map([
    ["upload_token", token],
    ["resumableIdentifier", plan.identifier],
    ["resumableFilename", plan.filename],
    ["resumableChunkSize", "1000"],
    ["resumableTotalSize", "2500"],
    ["resumableChunkNumber", "2"],
  ]);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield file.subarray(1000, 2000);
    const [upload] = rowsOf<{ id: number }>(site, "select id from uploads");
    await records.chunks.deleteBeyond(upload?.id ?? 0, 0);
    yield file.subarray(2000);
  }
  const again = redeemer.receive(
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
      bytes: bytes(),
      rest: async () => ({ params, moreFiles: false }),
      endBy: () => undefined,
    },
  );
  await expect(again).rejects.toThrow("send what is missing again");
});

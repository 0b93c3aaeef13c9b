import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import Database from "better-sqlite3";
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
import { startTestSite, type TestSite } from "../support/site.ts";

/** An upload whose photo was being made when the process, the disk or the database failed. */

const MINUTE = 60_000;

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

/** Changes the database beside the server. */
function change(query: string): void {
  const database = new Database(`${site.folder}/redeem.db`);
  database.exec(query);
  database.close();
}

/** The database refuses to make a photo, or to write what else this says. */
const refusing = (what: string) =>
  change(`create trigger refusing before ${what} begin select raise(abort, 'disk I/O error'); end`);
const mended = () => change("drop trigger refusing");

/** What a process leaves that dies between its last chunk and the photo. */
async function leftFinalizing(token: string): Promise<void> {
  await sendChunk(site, token, plan, first, file);
  refusing("insert on photos");
  expect((await sendChunk(site, token, plan, second, file)).status).toBe(503);
  mended();
  change("update uploads set state = 'finalizing', lease = 'a process that is gone'");
}

test("a power cut took a chunk of it: that chunk is asked for again, and makes the photo", async () => {
  const token = await site.token();
  await leftFinalizing(token);
  await site.restart(() => {
    change("update chunks set synced = start = 0; update facts set value = '' where name = 'boot'");
  });
  expect((await askChunk(site, token, plan, 1)).status).toBe(200);
  expect((await askChunk(site, token, plan, 2)).status).toBe(204);
  const photo = await photoIn(await sendChunk(site, token, plan, second, file));
  expect(await originalOf(site, photo)).toEqual(file);
  expect(await photoCount(site, token)).toBe(1);
});

test("a failed sync took a chunk of it, and that was not noted: the chunk is taken again", async () => {
  const token = await site.token();
  await sendChunk(site, token, plan, first, file);
  refusing("update on uploads when new.state = 'receiving' and old.state = 'finalizing'");
  faults.fail("EIO", 0, "fdatasync");
  expect((await sendChunk(site, token, plan, second, file)).status).toBe(503);
  mended();
  for (const piece of [first, second]) {
    if ((await askChunk(site, token, plan, piece.number)).status === 204) {
      await sendChunk(site, token, plan, piece, file);
    }
  }
  expect(await photoCount(site, token)).toBe(1);
});

test("a start that could not take it over is followed by its client, who keeps asking", async () => {
  const token = await site.token();
  await leftFinalizing(token);
  await site.restart(() => refusing("update on uploads"));
  mended();
  let minutes = 0;
  for (; minutes < 30 && (await photoCount(site, token)) === 0; minutes += 1) {
    site.advance(MINUTE);
    await sendChunk(site, token, plan, second, file);
  }
  expect(minutes).toBeLessThan(7);
});

test("a whole file that was answered with a failure is no photo later, though that could not be written", async () => {
  const token = await site.token({ max_uploads: 2 });
  refusing("update on uploads");
  expect((await redeem(site, fileForm(token, file))).status).toBe(503);
  mended();
  await site.restart();
  expect(await photoCount(site, token)).toBe(0);
  expect(await site.site.files.staging.names()).toEqual([]);
  await photoIn(await redeem(site, fileForm(token, file)));
  expect(await photoCount(site, token)).toBe(1);
});

describe("a start that can write nothing yet goes on without, and the next one does it", () => {
  test("for a photo whose file is not in its place", async () => {
    faults.fail("ENOSPC", 0, "mkdir");
    const photo = await photoIn(await redeem(site, fileForm(await site.token(), file)));
    expect(await site.site.files.staging.names()).toHaveLength(1);
    await site.restart(() => faults.fail("ENOSPC", 0, "mkdir"));
    expect(await originalOf(site, photo)).toEqual(file);
    await site.restart();
    expect(await site.site.files.staging.names()).toEqual([]);
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("for a whole file that is to be deleted", async () => {
    const token = await site.token();
    refusing("update on uploads");
    expect((await redeem(site, fileForm(token, file))).status).toBe(503);
    await site.restart();
    mended();
    expect(await photoCount(site, token)).toBe(0);
    await site.restart();
    expect(await site.site.files.staging.names()).toEqual([]);
    await photoIn(await redeem(site, fileForm(token, file)));
  });
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { chunkFields, type Piece } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { askChunk, fileForm, photoCount, redeem, sendChunk } from "../support/redeem.ts";
import { expectSoon } from "../support/remains.ts";
import { sendTo, wholeForm } from "../support/replacing.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

/** What a request leaves on a disk that takes no writes goes as soon as it takes some again. */

let site: TestSite;
beforeEach(async () => {
  site = await startTestSite();
});
afterEach(() => site.stop());

const file = png(2500);
const plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };
const pieces: [Piece, Piece] = [
  { number: 1, start: 0, end: 1000 },
  { number: 2, start: 1000, end: 2500 },
];

/** Changes the database beside the server. */
function change(query: string): void {
  const database = new Database(`${site.folder}/redeem.db`);
  database.exec(query);
  database.close();
}

/** No upload can be ended, by a photo or without one, nor deleted: that would wait for the disk. `more` cannot be done either. */
function breakDisk(...more: string[]): void {
  for (const [at, what] of [...NO_END, ...more].entries()) {
    change(
      `create trigger broken_${at} before ${what} begin select raise(abort, 'disk I/O error'); end`,
    );
  }
}

const NO_END = [
  "update on uploads when new.state in ('failed', 'finished') and old.state <> 'failed'",
  "delete on uploads",
];

function mendDisk(): void {
  const names = rowsOf<{ name: string }>(
    site,
    "select name from sqlite_master where type = 'trigger' and name like 'broken_%'",
  );
  for (const { name } of names) change(`drop trigger ${name}`);
}

const staged = () => readdir(join(site.folder, "uploads"));
const unfinished = () => rowsOf(site, "select id from uploads where state <> 'finished'");
const nothingIsLeft = () => expectSoon(async () => [await staged(), unfinished()], [[], []]);

/** Another file with the same token, which is refused for good while somebody else holds its only use. */
async function sendAnother(token: string): Promise<void> {
  for (const { number } of pieces) {
    expect((await askChunk(site, token, plan, number)).status).toBe(204);
  }
  const answers = [];
  for (const piece of pieces) answers.push(await sendChunk(site, token, plan, piece, file));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await photoCount(site, token)).toBe(1);
}

describe("a whole file that could be made no photo, nor be ended", () => {
  test("holds no use once the disk is mended", async () => {
    const token = await site.token();
    breakDisk();
    expect((await redeem(site, fileForm(token, file))).status).toBe(503);
    expect(await staged()).toHaveLength(1);
    mendDisk();
    await sendAnother(token);
    await nothingIsLeft();
  });

  test("keeps no form waiting once the disk is mended", async () => {
    const token = await site.token();
    breakDisk();
    expect((await redeem(site, fileForm(token, file))).status).toBe(503);
    expect((await redeem(site, fileForm(token, file))).status).toBe(503);
    mendDisk();
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
    await nothingIsLeft();
  });

  test("without a token: leaves neither bytes nor a token of its own", async () => {
    breakDisk();
    const answer = await sendTo(site, "upload", wholeForm({}), { key: true });
    expect([answer.status, (await staged()).length]).toEqual([503, 1]);
    mendDisk();
    await nothingIsLeft();
    await expectSoon(async () => rowsOf(site, "select id from upload_tokens where direct"), []);
  });

  test("is deleted when the server stops, and by the next start where it could not be by then", async () => {
    const token = await site.token();
    breakDisk();
    await redeem(site, fileForm(token, file));
    await site.restart(async () => {
      expect(await staged()).toHaveLength(1);
      mendDisk();
    });
    expect([await staged(), unfinished()]).toEqual([[], []]);
    breakDisk();
    await redeem(site, fileForm(token, file));
    mendDisk();
    await site.restart(async () => {
      expect([await staged(), unfinished()]).toEqual([[], []]);
    });
  });

  test("is deleted by a start on a disk that takes no writes yet, once it does", async () => {
    const token = await site.token();
    breakDisk();
    await redeem(site, fileForm(token, file));
    await site.restart();
    expect(await staged()).toHaveLength(1);
    mendDisk();
    await sendAnother(token);
    await nothingIsLeft();
  });
});

test("a chunk that could not be stored, of an upload that could not be deleted: holds no use once the disk is mended", async () => {
  const token = await site.token();
  breakDisk("insert on chunks");
  const other = { ...plan, identifier: "other" };
  expect((await sendChunk(site, token, other, pieces[0], file)).status).toBe(503);
  mendDisk();
  await sendAnother(token);
  await nothingIsLeft();
});

test("an upload whose refusal could not be recorded keeps the chunks that were answered", async () => {
  const token = await site.token();
  expect((await sendChunk(site, token, plan, pieces[1], file)).status).toBe(200);
  const bad = new Uint8Array(2500).fill(1);
  breakDisk();
  expect((await sendChunk(site, token, plan, pieces[0], bad)).status).toBe(503);
  expect((await askChunk(site, token, plan, 2)).status).toBe(200);
  expect(await staged()).toHaveLength(1);
  mendDisk();
  expect((await sendChunk(site, token, plan, pieces[0], bad)).status).toBe(500);
  await expectSoon(staged, []);
});

const undeletable = async () => {
  throw Object.assign(new Error("injected"), { code: "EROFS" });
};

describe("a file that cannot be deleted", () => {
  test("keeps nobody from being told why it was refused", async () => {
    const token = await site.token();
    const { staging } = site.site.files;
    const { delete: deleteIt } = staging;
    await sendChunk(site, token, plan, pieces[1], file);
    staging.delete = undeletable;
    const bad = new Uint8Array(2500).fill(1);
    const answer = await sendChunk(site, token, plan, pieces[0], bad);
    expect([answer.status, await answer.text()]).toEqual([
      500,
      expect.stringContaining("this is not a photo or video"),
    ]);
    expect(await staged()).toHaveLength(1);
    staging.delete = deleteIt;
    await expectSoon(staged, []);
  });

  test("nor that it was cancelled", async () => {
    const token = await site.token();
    const { staging } = site.site.files;
    const { delete: deleteIt } = staging;
    await sendChunk(site, token, plan, pieces[0], file);
    staging.delete = undeletable;
    const body = new URLSearchParams([...chunkFields(plan, 1), ["upload_token", token]]);
    const answer = await site.call("/api/2/photo/cancel-upload", { method: "POST", body });
    expect(answer.status).toBe(200);
    await sendAnother(token);
    expect(await staged()).toHaveLength(1);
    staging.delete = deleteIt;
    await expectSoon(staged, []);
  });

  test("nor where it is a spool", async () => {
    const token = await site.token();
    const { spools } = site.site.files;
    const { create } = spools;
    let fails = true;
    spools.create = async () => {
      const spool = await create();
      return { ...spool, delete: () => (fails ? undeletable() : spool.delete()) };
    };
    expect((await redeem(site, fileForm(token, new Uint8Array(2500)))).status).toBe(415);
    const spooled = () => readdir(join(site.folder, "spool"));
    expect(await spooled()).toHaveLength(1);
    fails = false;
    await expectSoon(spooled, []);
  });
});

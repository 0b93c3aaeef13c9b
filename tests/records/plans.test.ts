import { afterAll, afterEach, beforeAll, expect, spyOn, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Records } from "../../src/records/records.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";

/** How SQLite finds the rows for what is asked at a start, by the sweeper and by a list. */

let folder = "";
let records: Records;
let client: Database.Database;
const prepared: string[] = [];
const { prepare } = Database.prototype;
const listening = spyOn(Database.prototype, "prepare");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-plans-"));
  listening.mockImplementation(function listen(this: Database.Database, text: string) {
    prepared.push(text);
    return prepare.call(this, text);
  } as typeof prepare);
  records = await openRecords(join(folder, "redeem.db"));
  client = new Database(join(folder, "redeem.db"));
  // Those of the opening.
  prepared.length = 0;
});
afterEach(() => {
  prepared.length = 0;
});
afterAll(async () => {
  listening.mockRestore();
  client.close();
  await records.close();
  await rm(folder, { recursive: true, force: true });
});

/** Of what is left to do, or of uploads under way: small, however much a folder has had. */
const SMALL = [
  "uploads_live",
  "uploads_complete",
  "uploads_whole",
  "uploads_with_chunks_left",
  "chunks_unsynced",
];

const ASKED: Record<string, () => Promise<unknown>> = {
  enterBoot: () => records.enterBoot(crypto.randomUUID()),
  unfinishedWhole: () => records.uploads.unfinishedWhole(),
  receivingAfter: () => records.uploads.receivingAfter(0, 10),
  complete: () => records.uploads.complete(),
  byFiles: () => records.uploads.byFiles(["1", "a"]),
  abandoned: () => Array.fromAsync(records.uploads.abandoned(1)),
  clampFuture: () => Array.fromAsync(records.uploads.clampFuture(1)),
  giveUp: () => records.uploads.giveUp([1], 1),
  forget: () => records.uploads.forget(1),
  forgetUnsynced: () => records.uploads.forgetUnsynced(1),
  forgetBeyond: () => records.uploads.forgetBeyond(1, 1),
  dropFinishedChunks: () => records.uploads.dropFinishedChunks(),
  clampClosed: () => Array.fromAsync(records.deliveries.clampClosed(1)),
  dropClosed: () => Array.fromAsync(records.deliveries.dropClosed(1)),
  dropExpired: () => Array.fromAsync(records.tokens.dropExpired(1)),
  due: () => records.deliveries.due(1, 1, []),
  dueExceptHosts: () => records.deliveries.due(1, 1, ["a"]),
  nextAt: () => records.deliveries.nextAt(1),
  listOfToken: () => records.photos.list({ tokenId: 1, offset: 0, limit: 1 }),
  listOfPhoto: () => records.photos.list({ photoId: 1, offset: 0, limit: 1 }),
};

test.each(Object.keys(ASKED))("%s reads no table from end to end", async (name) => {
  await ASKED[name]?.();
  const statements = prepared.filter((text) => /^(select|update|delete|with)/i.test(text));
  expect(statements.length).toBeGreaterThan(0);
  for (const text of statements) {
    const parameters = [...text.matchAll(/\?/g)].map(() => 1);
    const explain = client.prepare<unknown[], { detail: string }>(`explain query plan ${text}`);
    const scans = explain
      .all(...parameters)
      .map(({ detail }) => detail)
      .filter((detail) => /^SCAN (?!json_each|lost|.*VIRTUAL|CONSTANT)/.test(detail))
      .filter((detail) => !SMALL.some((index) => detail.endsWith(`INDEX ${index}`)));
    expect({ text, scans }).toEqual({ text, scans: [] });
  }
});

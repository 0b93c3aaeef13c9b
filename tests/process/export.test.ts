import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { openData } from "../../src/data-folder.ts";
import { run, type Ran } from "../commands/run.ts";
import { seeded, readSeed } from "../soak/random.ts";
import { fillRecords } from "../support/million.ts";
import { mountSmallDisk, whyNotMounted, type SmallDisk } from "../support/small-disk.ts";

/** `redeem export` that is killed, has no room, or has much to do. */

const MAIN = join(import.meta.dir, "../../src/main.ts");

const ROUNDS = 12;

/** Sizes of photos by their ids, in bytes. */
const mixed = (id: number) => 1000 + ((id * 7919) % 60_000);
const medium = () => 50_000;
const small = () => 1000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-export-process-"));
});
// Tens of thousands of files are not gone in a moment on a disk that is busy.
afterAll(() => rm(folder, { recursive: true, force: true }), 300_000);

/** The bytes of photo `id`, which are like no other's. */
function bytesOf(id: number, size: number): Buffer {
  const bytes = Buffer.alloc(size, `photo ${id} `);
  return bytes;
}

/** A data folder with so many photos; every third has the name of another, and every other one is in an album. */
async function dataWith(photos: number, sizeOf: (id: number) => number): Promise<string> {
  const data = await mkdtemp(join(folder, "data-"));
  const { records } = await openData(data);
  await records.close();
  fillRecords(data, { photos });
  const db = new Database(join(data, "redeem.db"));
  db.exec(`update originals set file = substr('${"a".repeat(24)}' || photo_id, -24),
    filename = iif(photo_id % 3 = 0, 'IMG.png', 'IMG_' || photo_id || '.png');
    update photos set album_id = iif(id % 2 = 0, id % 5 + 1, ''), tree_id = id / 1000 + 1,
    publish_date = null`);
  const sizes = db.prepare("update originals set size = ? where photo_id = ?");
  db.transaction(() => {
    for (let id = 1; id <= photos; id += 1) sizes.run(sizeOf(id), id);
  })();
  db.close();
  for (let id = 1; id <= photos; id += 1) {
    const place = join(data, "photos", String(Math.floor(id / 1000) + 1), String(id));
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, ("a".repeat(24) + id).slice(-24)), bytesOf(id, sizeOf(id)));
  }
  return data;
}

/** All that is seen in an export, each with a hash of its bytes; and none of it is a part of something. */
async function seen(out: string, sizeOf: (id: number) => number): Promise<Record<string, string>> {
  const all = await readdir(out, { recursive: true, withFileTypes: true });
  const found: Record<string, string> = {};
  for (const entry of all) {
    if (!entry.isFile() || entry.parentPath.includes(".redeem-export")) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (path.endsWith(".json")) {
      expect(JSON.parse(String(bytes))).toHaveProperty("photo_id");
    } else {
      const [, id = ""] = /^photo (\d+) /.exec(bytes.toString("latin1", 0, 20)) ?? [];
      expect([path, bytes.equals(bytesOf(Number(id), sizeOf(Number(id))))]).toEqual([path, true]);
    }
    found[path.slice(out.length + 1)] = createHash("sha256").update(bytes).digest("hex");
  }
  return found;
}

const exportTo = (data: string, out: string): Promise<Ran> => run(data, ["export", out]);

test("killed at any moment, again and again, it ends as if it had never been", async () => {
  const seed = readSeed();
  console.log(`export.test.ts: REDEEM_TEST_SEED=${seed}`);
  const random = seeded(seed);
  const data = await dataWith(900, mixed);
  const whole = join(folder, "whole");
  const begun = performance.now();
  expect((await exportTo(data, whole)).code).toBe(0);
  const alone = performance.now() - begun;
  const out = join(folder, "killed");
  let cut = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = Bun.spawn([process.execPath, MAIN, "export", out, "--data", data], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
    });
    // Some before it has begun, most in the middle of it.
    const timer = setTimeout(
      () => child.kill("SIGKILL"),
      random.between(20, Math.round(alone / 2)),
    );
    await child.exited;
    clearTimeout(timer);
    const there = Object.keys(await seen(out, mixed).catch(missingIsNothing)).length;
    if (there > 0 && there < 1800) cut += 1;
  }
  expect((await exportTo(data, out)).code).toBe(0);
  console.log(`export.test.ts: ${JSON.stringify({ cut })}`);
  const [expected, got] = [await seen(whole, mixed), await seen(out, mixed)];
  expect(Object.keys(got)).toHaveLength(1800);
  expect(Object.keys(got).toSorted()).toEqual(Object.keys(expected).toSorted());
  expect(got).toEqual(expected);
  expect(await readdir(join(out, ".redeem-export"))).toEqual(["manifest.db"]);
  // That it was a test at all.
  expect(cut).toBeGreaterThan(0);
}, 120_000);

function missingIsNothing(error: { code?: string }): Record<string, string> {
  if (error.code === "ENOENT") return {};
  throw error;
}

const reason = whyNotMounted();
describe.skipIf(reason !== undefined)("a full disk", () => {
  let disk: SmallDisk | undefined;
  afterEach(() => {
    disk?.unmount();
    disk = undefined;
  });

  test("is said in words; what is there is whole, and with room again it goes on", async () => {
    const data = await dataWith(60, medium);
    disk = mountSmallDisk("8m");
    disk.fill(1_500_000);
    const full = await exportTo(data, disk.folder);
    expect(full.code).toBe(1);
    expect(full.out).toBe("");
    expect(full.err).toBe(
      `redeem: The disk of ${disk.folder} is full. What is there is whole; make room and run the same line again: it goes on where it stopped\n`,
    );
    const some = Object.keys(await seen(disk.folder, medium)).length;
    expect(some).toBeGreaterThan(10);
    expect(some).toBeLessThan(120);
    // As full as before, it says the same, and harms nothing.
    expect((await exportTo(data, disk.folder)).code).toBe(1);
    disk.empty();
    const ran = await exportTo(data, disk.folder);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toStartWith(`60 photos are in ${disk.folder}: `);
    expect(ran.out).not.toContain(": 60 copied now");
    expect(Object.keys(await seen(disk.folder, medium))).toHaveLength(120);
  });
});

test("10,000 photos are looked through again much quicker than they were copied", async () => {
  const data = await dataWith(10_000, small);
  const out = join(folder, "many");
  const begun = performance.now();
  const first = await exportTo(data, out);
  expect(first).toMatchObject({ code: 0 });
  expect(first.out).toStartWith(`10000 photos are in ${out}: 10000 copied now`);
  const copied = performance.now() - begun;
  expect((await exportTo(data, out)).out).toContain(": 0 copied now");
  const looked = performance.now() - begun - copied;
  console.log(`export.test.ts: ${JSON.stringify({ copied, looked })}`);
  // On a busy machine both take as long as its disk does.
  expect(looked).toBeLessThan(copied / 2);
}, 300_000);

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { writeZip, zipSize, type ZipEntry } from "../../src/export/zip.ts";
import { contentsOf, faultsOf, ZIP_TOOLS } from "../support/zip-tools.ts";

/** Archives are read by the programs that people have. A machine without one of them skips what needs it. */

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-zip-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const NOW = Date.UTC(2026, 10, 27, 12, 30, 20);
const PIECE = 1 << 20;
const ZEROS = Buffer.alloc(PIECE);

const entry = (name: string, size: number, modified = NOW): ZipEntry => ({ name, size, modified });

/** Bytes of an entry: zeros, but for the first, which tell entries apart. */
async function* bytesOf({ name, size }: ZipEntry): AsyncGenerator<Uint8Array> {
  const head = Buffer.from(name).subarray(0, Math.min(size, 16));
  yield head;
  for (let left = size - head.length; left > 0; left -= PIECE) {
    yield ZEROS.subarray(0, Math.min(PIECE, left));
  }
}

/** Writes an archive as a sparse file: what is zero takes no room on the disk. @returns its path */
async function written(entries: readonly ZipEntry[]): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.zip`);
  const file = await open(path, "w");
  let at = 0;
  let pending: Buffer[] = [];
  const flush = async () => {
    const bytes = Buffer.concat(pending);
    pending = [];
    await file.write(bytes, 0, bytes.length, at - bytes.length);
  };
  for await (const piece of writeZip(entries, bytesOf)) {
    if (piece.buffer === ZEROS.buffer) await flush();
    else pending.push(Buffer.from(piece));
    at += piece.length;
    if (pending.length > 4096) await flush();
  }
  await flush();
  await file.close();
  return path;
}

async function requireRead(entries: readonly ZipEntry[]): Promise<void> {
  const path = await written(entries);
  expect((await stat(path)).size).toBe(zipSize(entries));
  expect(await faultsOf(path)).toEqual({});
  if (!ZIP_TOOLS.includes("python3")) return;
  const found = await contentsOf(path);
  expect(found.map(({ name, size }) => ({ name, size }))).toEqual(
    entries.map(({ name, size }) => ({ name, size })),
  );
  expect(found.map(({ start }) => start)).toEqual(
    entries.map(({ name, size }) => {
      const start = Buffer.alloc(Math.min(size, 16));
      Buffer.from(name).copy(start);
      return start.toString("hex");
    }),
  );
  await rm(path);
}

describe.if(ZIP_TOOLS.length > 0)(`archives, read by ${ZIP_TOOLS.join(", ")}`, () => {
  test("with no file, empty files and names of all kinds", async () => {
    await requireRead([
      entry("a.jpg", 0),
      entry("größe 東京 🎉.png", 70),
      entry(`${"x".repeat(200)}.mp4`, 3_000_000),
      entry("old.jpg", 5, 0),
      entry("late.jpg", 5, Date.UTC(2300, 0)),
    ]);
  });

  test("with 70,000 files", async () => {
    const many = Array.from({ length: 70_000 }, (_, index) =>
      entry(`photo ${index}.jpg`, index % 20),
    );
    await requireRead(many);
  }, 120_000);

  test("with as many files as have and have not room in the fields of 1989", async () => {
    // 65,535 is the sign of ZIP64 itself; the 70,000 above are beyond it.
    for (const count of [65_534, 65_535]) {
      await requireRead(Array.from({ length: count }, (_, index) => entry(`${index}`, 0)));
    }
  }, 120_000);

  test("with files around 4 GiB, and others behind them", async () => {
    await requireRead([
      entry("first.jpg", 10),
      entry("between.jpg", 10),
      entry("above.mp4", 0x100000000),
      entry("last.jpg", 10),
    ]);
  }, 300_000);
});

test("a file of 4 GiB less a byte has ZIP64's fields, though unzip 6 takes its size for their sign", () => {
  const [below = 0, at = 0] = [0xfffffffe, 0xffffffff].map((size) => zipSize([entry("a", size)]));
  // In its header, behind it, in the directory, and at the end.
  expect(at - below - 1).toBe(20 + 8 + 20);
  expect(zipSize([entry("a", 0xfffffffe)])).toBe(0xfffffffe + 40 + 16 + 56 + 22 + 76);
});

test("times are those of UTC, within what the fields can say", async () => {
  if (!ZIP_TOOLS.includes("python3")) return;
  const path = await written([entry("now", 1), entry("old", 1, 0), entry("late", 1, 9e12)]);
  const found = await contentsOf(path);
  expect(found.map(({ modified }) => modified * 1000)).toEqual([
    NOW,
    Date.UTC(1980, 0),
    Date.UTC(2107, 11, 31, 23, 59, 58),
  ]);
  expect(found[0]?.crc).toBe(crc32("n"));
});

test.each([9, 11])("a file of %d bytes that was said to have 10 is no archive", async (size) => {
  const entries = [entry("a", 10)];
  const writing = () => Array.fromAsync(writeZip(entries, () => bytesOf(entry("a", size))));
  expect(writing()).rejects.toThrow("has not the 10 bytes");
});

test("no piece of a file is passed on that goes beyond its size", async () => {
  let sent = 0;
  const pieces = writeZip([entry("a", 10)], () => bytesOf(entry("a", 3_000_000)));
  await (async () => {
    for await (const piece of pieces) sent += piece.length;
  })().catch(() => undefined);
  expect(sent).toBeLessThan(100);
});

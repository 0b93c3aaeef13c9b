import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesOf, OutOfBudget, partOf } from "../../src/media/readers/bytes.ts";

const size = 10_000;
const content = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
let folder: string;
let file: FileHandle;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-budget-"));
  await Bun.write(join(folder, "file"), content);
  file = await open(join(folder, "file"));
});
afterAll(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

const much = { bytes: 1e6, reads: 100, calls: 100 };

test("reads what is asked for, and less at the end", async () => {
  const bytes = bytesOf(file, size, { ...much });
  expect(await bytes.read(3, 5)).toEqual(content.subarray(3, 8));
  expect(await bytes.read(4000, 3000)).toEqual(content.subarray(4000, 7000));
  expect(await bytes.read(size - 2, 5)).toEqual(content.subarray(size - 2));
  expect((await bytes.read(size, 5)).length).toBe(0);
  expect((await bytes.read(-1, 5)).length).toBe(0);
});

test("a part is a file of its own, which ends where the file does", async () => {
  const part = partOf(bytesOf(file, size, { ...much }), 100, 10);
  expect(part.size).toBe(10);
  expect(await part.read(8, 100)).toEqual(content.subarray(108, 110));
  expect((await part.read(10, 1)).length).toBe(0);
  expect(partOf(part, 4, 100).size).toBe(6);
  expect(partOf(part, 20).size).toBe(0);
});

test("a file that became shorter has fewer bytes than it is said to have", async () => {
  const bytes = bytesOf(file, size * 2, { ...much });
  expect(await bytes.read(size - 1, 500)).toEqual(content.subarray(size - 1));
});

test("nothing is read beyond the budget: bytes, before they are read", async () => {
  const bytes = bytesOf(file, size, { ...much, bytes: 5000 });
  await bytes.read(0, 4000);
  expect(bytes.read(4000, 4000)).rejects.toThrow(OutOfBudget);
});

test("and reads of the disk, where what lies near is read with the first", async () => {
  const bytes = bytesOf(file, size, { ...much, reads: 2 });
  for (let at = 0; at < 900; at += 10) await bytes.read(at, 10);
  await bytes.read(5000, 10);
  expect(bytes.read(9000, 10)).rejects.toThrow(OutOfBudget);
});

test("and calls, also where they read nothing from the disk: a circle ends", async () => {
  const bytes = bytesOf(file, size, { ...much, calls: 50 });
  for (let i = 0; i < 50; i++) await bytes.read(0, 8);
  expect(bytes.read(0, 8)).rejects.toThrow(OutOfBudget);
});

import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUFFER_BYTES, giveBack, takeBuffer } from "../../src/files/buffers.ts";
import { digestFile } from "../../src/files/digest-file.ts";

const folder = await mkdtemp(join(tmpdir(), "redeem-buffers-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a buffer that is taken is nobody else's until it is given back", () => {
  const one = takeBuffer();
  const other = takeBuffer();
  expect(one.length).toBe(BUFFER_BYTES);
  expect(other).not.toBe(one);
  giveBack(one);
  expect(takeBuffer()).toBe(one);
  giveBack(one);
  giveBack(other);
});

test("hashing file after file takes the same buffer", async () => {
  const path = join(folder, "file");
  await writeFile(path, "bytes");
  const own = takeBuffer();
  giveBack(own);
  await digestFile(path, ["sha-256"]);
  expect(Buffer.from(own.subarray(0, 5)).toString()).toBe("bytes");
  await writeFile(path, "other");
  await digestFile(path, ["sha-256"]);
  expect(Buffer.from(own.subarray(0, 5)).toString()).toBe("other");
  await expect(digestFile(folder, ["sha-256"])).rejects.toThrow("is no file");
  const again = takeBuffer();
  expect(again).toBe(own);
  giveBack(again);
});

import { describe, expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDisk } from "../../src/files/disk.ts";
import { createSink } from "../../src/files/sink.ts";
import { filesContract } from "./contract.ts";

const FILE = "f".repeat(24);

async function folderOf(): Promise<string> {
  return mkdtemp(join(tmpdir(), "redeem-files-"));
}

filesContract("disk", async () => {
  const folder = await folderOf();
  return {
    files: await createDisk(folder, { durable: true }),
    reopen: () => createDisk(folder, { durable: true }),
    end: () => rm(folder, { recursive: true, force: true }),
  };
});

describe("the disk's layout", () => {
  test("is three folders, an upload named by its file, a photo by tree, id and file", async () => {
    const folder = await folderOf();
    const files = await createDisk(folder, { durable: true });
    expect((await readdir(folder)).toSorted()).toEqual(["photos", "spool", "uploads"]);
    const sink = await files.write(FILE, 0, { create: true });
    await sink.write(new Uint8Array(10));
    await sink.flush();
    await sink.close();
    expect(await readdir(join(folder, "uploads"))).toEqual([FILE]);
    await files.keep({ treeId: 3, photoId: 12, file: FILE }, 10);
    expect((await stat(join(folder, `photos/3/12/${FILE}`))).size).toBe(10);
    await rm(folder, { recursive: true });
  });

  test("other files in the upload folder are no uploads", async () => {
    const folder = await folderOf();
    const files = await createDisk(folder, { durable: true });
    for (const name of ["notes.txt", ".hidden", "-1", "1.5"]) {
      await Bun.write(join(folder, "uploads", name), "x");
    }
    expect(await files.names()).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

describe("a sink that cannot write", () => {
  test("never throws at its close, and says afterwards what that met", async () => {
    const folder = await folderOf();
    const fd = openSync(join(folder, "closed"), "w");
    const sink = createSink(fd, { offset: 0, durable: true });
    // A file system in the network, or one with quotas, says at the close that it is full.
    closeSync(fd);
    await sink.close();
    await expect(sink.flush()).rejects.toThrow();
    await rm(folder, { recursive: true });
  });

  test("says so at every write, and closes all the same", async () => {
    const folder = await folderOf();
    const path = join(folder, "readonly");
    await Bun.write(path, "x");
    const sink = createSink(openSync(path, "r"), { offset: 0, durable: true });
    await expect(sink.write(new Uint8Array(1024 * 1024))).rejects.toThrow();
    await expect(sink.write(new Uint8Array(10))).rejects.toThrow();
    await expect(sink.flush()).rejects.toThrow();
    await sink.close();
    await rm(folder, { recursive: true });
  });
});

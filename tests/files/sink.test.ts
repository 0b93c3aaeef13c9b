import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSink } from "../../src/files/sink.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-sink-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a sink that cannot write", () => {
  test("never throws at its close, and says afterwards what that met", async () => {
    const fd = openSync(join(folder, "closed"), "w");
    const sink = createSink(fd, { offset: 0, durable: true });
    // A file system in the network, or one with quotas, says at the close that it is full.
    closeSync(fd);
    await sink.close();
    await expect(sink.flush()).rejects.toThrow();
  });

  test("says so at every write, and closes all the same", async () => {
    const path = join(folder, "readonly");
    await Bun.write(path, "x");
    const sink = createSink(openSync(path, "r"), { offset: 0, durable: true });
    await expect(sink.write(new Uint8Array(1024 * 1024))).rejects.toThrow();
    await expect(sink.write(new Uint8Array(10))).rejects.toThrow();
    await expect(sink.flush()).rejects.toThrow();
    await sink.close();
  });
});

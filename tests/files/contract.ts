import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Files, Sink } from "../../src/files/files.ts";
import { png } from "../support/media.ts";

async function put(sink: Sink, from: Uint8Array, piece = 64 * 1024): Promise<void> {
  for (let at = 0; at < from.length; at += piece) {
    await sink.write(from.subarray(at, at + piece));
  }
  await sink.flush();
  await sink.close();
}

/** What every implementation of Files must do. `open` answers an empty one. */
export function filesContract(
  name: string,
  open: () => Promise<{ files: Files; reopen: () => Promise<Files>; end: () => Promise<void> }>,
): void {
  let files: Files;
  let reopen: () => Promise<Files>;
  let end: () => Promise<void>;
  beforeEach(async () => {
    ({ files, reopen, end } = await open());
  });
  afterEach(() => end());

  const bytes = png(3_000_000);

  const write = async (id: number, offset: number, from: Uint8Array) =>
    put(await files.write(id, offset), from);
  const original = (tree: number, id: number) => files.original(tree, id).bytes();

  describe(`${name}: an upload`, () => {
    test("is written in place, in any order, and kept as it is", async () => {
      await write(1, 2_000_000, bytes.subarray(2_000_000));
      await write(1, 0, bytes.subarray(0, 1_000_000));
      await write(1, 1_000_000, bytes.subarray(1_000_000, 2_000_000));
      expect(await files.uploadIds()).toEqual([1]);
      await files.keep(1, 7, bytes.length);
      expect(await original(7, 1)).toEqual(bytes);
      expect(await files.uploadIds()).toEqual([]);
    });

    test("is written by many at once", async () => {
      const part = 100_000;
      const parts = Array.from({ length: 30 }, (_, index) => index * part);
      await Promise.all(parts.map((at) => write(2, at, bytes.subarray(at, at + part))));
      await files.keep(2, 1, bytes.length);
      expect(await original(1, 2)).toEqual(bytes);
    });

    test("takes pieces of any size", async () => {
      for (const [id, piece] of [1, 7, 4096, 600_000, 3_000_000].entries()) {
        const some = bytes.subarray(0, piece === 1 || piece === 7 ? 5000 : bytes.length);
        await put(await files.write(id + 1, 0), some, piece);
        await files.keep(id + 1, 1, some.length);
        expect(await original(1, id + 1)).toEqual(some);
      }
    });

    test("is never emptied by being opened again", async () => {
      await write(1, 0, bytes.subarray(0, 1000));
      await (await files.write(1, 500)).close();
      expect(await files.head(1, 5000)).toEqual(bytes.subarray(0, 1000));
    });

    test("is brought to the disk, also while it is written", async () => {
      await write(5, 0, bytes);
      await files.sync(5);
      expect(await files.head(5, bytes.length)).toEqual(bytes);
      await expect(files.sync(6)).rejects.toThrow("ENOENT");
    });

    test("shows its first bytes", async () => {
      await write(1, 0, bytes);
      expect(await files.head(1, 100)).toEqual(bytes.subarray(0, 100));
      await write(2, 0, bytes.subarray(0, 10));
      expect(await files.head(2, 100)).toEqual(bytes.subarray(0, 10));
    });

    test("is removed, also where there is none", async () => {
      await write(1, 0, bytes);
      await files.remove(1);
      await files.remove(1);
      expect(await files.uploadIds()).toEqual([]);
    });

    test("that is closed without a sync takes no harm, twice neither", async () => {
      const sink = await files.write(1, 0);
      await sink.write(bytes.subarray(0, 1_000_000));
      await sink.close();
      await sink.close();
      await files.remove(1);
      expect(await files.uploadIds()).toEqual([]);
    });

    test("stays when the process ends", async () => {
      await write(1, 0, bytes);
      files = await reopen();
      await files.clear();
      expect(await files.uploadIds()).toEqual([1]);
      expect(await files.head(1, 10)).toEqual(bytes.subarray(0, 10));
    });
  });

  describe(`${name}: a spool`, () => {
    test("becomes an upload", async () => {
      const spool = await files.spool();
      await spool.write(bytes);
      await files.adopt(spool, 5);
      await spool.discard();
      expect(await files.head(5, bytes.length)).toEqual(bytes);
    });

    test("can be read again from its beginning, piece by piece", async () => {
      const spool = await files.spool();
      const large = Buffer.alloc(3_000_000, bytes);
      await spool.write(large);
      await spool.flush();
      const pieces = [];
      for await (const piece of spool.read()) pieces.push(Buffer.from(piece));
      expect(pieces.length).toBeGreaterThan(1);
      expect(Buffer.concat(pieces).equals(large)).toBe(true);
      await spool.discard();
    });

    test("that is discarded leaves nothing, twice neither", async () => {
      const spool = await files.spool();
      await spool.write(bytes);
      await spool.discard();
      await spool.discard();
      expect(await Bun.file(spool.path).exists()).toBe(false);
      expect(await files.uploadIds()).toEqual([]);
    });

    test("of a process that is gone is cleared", async () => {
      const spool = await files.spool();
      await spool.write(bytes);
      await spool.flush();
      files = await reopen();
      await files.clear();
      expect(await Bun.file(spool.path).exists()).toBe(false);
      await spool.close();
    });
  });

  describe(`${name}: keeping`, () => {
    test("again is no error, where the size is right", async () => {
      await write(1, 0, bytes);
      await files.keep(1, 1, bytes.length);
      await files.keep(1, 1, bytes.length);
      expect(await original(1, 1)).toEqual(bytes);
      await expect(files.keep(1, 1, bytes.length + 1)).rejects.toThrow();
    });

    test("what is not there is an error", async () => {
      await expect(files.keep(9, 1, 10)).rejects.toThrow();
    });

    test("is undone by giving back, also where nothing was kept", async () => {
      await write(1, 0, bytes);
      await files.keep(1, 1, bytes.length);
      await files.giveBack(1, 1);
      expect(await files.uploadIds()).toEqual([1]);
      expect(await files.head(1, bytes.length)).toEqual(bytes);
      await files.giveBack(1, 1);
      await files.giveBack(99, 1);
    });

    test("saves a photo from removing, sweeping and clearing", async () => {
      await write(1, 0, bytes);
      await files.keep(1, 1, bytes.length);
      await files.remove(1);
      await files.clear();
      expect(await files.uploadIds()).toEqual([]);
      expect(await original(1, 1)).toEqual(bytes);
    });

    test("does not mix photos or trees", async () => {
      for (const id of [1, 2]) {
        await write(id, 0, png(1000, id));
        await files.keep(id, id, 1000);
      }
      expect(await original(1, 1)).toEqual(png(1000, 1));
      expect(await original(2, 2)).toEqual(png(1000, 2));
    });
  });
}

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Files, Place, Sink } from "../../src/files/files.ts";
import { png } from "../support/media.ts";

async function put(sink: Sink, from: Uint8Array, piece = 64 * 1024): Promise<void> {
  for (let at = 0; at < from.length; at += piece) {
    await sink.write(from.subarray(at, at + piece));
  }
  await sink.flush();
  await sink.close();
}

/** Names as the records give them. */
const name = (id: number) => String(id).padStart(24, "f");
const placed = (photoId: number, treeId = 1): Place => ({ treeId, photoId, file: name(photoId) });

/** What every implementation of Files must do. `open` answers an empty one. */
export function filesContract(
  of: string,
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
    put(await files.write(name(id), offset, { create: true }), from);
  const original = async (treeId: number, photoId: number) =>
    (await files.original(placed(photoId, treeId), 0)).bytes();

  describe(`${of}: an upload`, () => {
    test("is written in place, in any order, and kept as it is", async () => {
      await write(1, 2_000_000, bytes.subarray(2_000_000));
      await write(1, 0, bytes.subarray(0, 1_000_000));
      await write(1, 1_000_000, bytes.subarray(1_000_000, 2_000_000));
      expect(await files.names()).toEqual([name(1)]);
      await files.keep(placed(1, 7), bytes.length);
      expect(await original(7, 1)).toEqual(bytes);
      expect(await files.names()).toEqual([]);
    });

    test("is written by many at once", async () => {
      const part = 100_000;
      const parts = Array.from({ length: 30 }, (_, index) => index * part);
      await Promise.all(parts.map((at) => write(2, at, bytes.subarray(at, at + part))));
      await files.keep(placed(2, 1), bytes.length);
      expect(await original(1, 2)).toEqual(bytes);
    });

    test("takes pieces of any size", async () => {
      for (const [id, piece] of [1, 7, 4096, 600_000, 3_000_000].entries()) {
        const some = bytes.subarray(0, piece === 1 || piece === 7 ? 5000 : bytes.length);
        await put(await files.write(name(id + 1), 0, { create: true }), some, piece);
        await files.keep(placed(id + 1, 1), some.length);
        expect(await original(1, id + 1)).toEqual(some);
      }
    });

    test("is never emptied by being opened again", async () => {
      await write(1, 0, bytes.subarray(0, 1000));
      await (await files.write(name(1), 500, { create: true })).close();
      expect(await files.head(placed(1), 5000)).toEqual(bytes.subarray(0, 1000));
    });

    test("is brought to the disk, also while it is written", async () => {
      await write(5, 0, bytes);
      await files.sync(name(5));
      expect(await files.head(placed(5), bytes.length)).toEqual(bytes);
      await expect(files.sync(name(6))).rejects.toThrow("ENOENT");
    });

    test("shows its first bytes", async () => {
      await write(1, 0, bytes);
      expect(await files.head(placed(1), 100)).toEqual(bytes.subarray(0, 100));
      await write(2, 0, bytes.subarray(0, 10));
      expect(await files.head(placed(2), 100)).toEqual(bytes.subarray(0, 10));
    });

    test("is removed, also where there is none", async () => {
      await write(1, 0, bytes);
      await files.remove(name(1));
      await files.remove(name(1));
      expect(await files.names()).toEqual([]);
    });

    test("that is closed without a sync takes no harm, twice neither", async () => {
      const sink = await files.write(name(1), 0, { create: true });
      await sink.write(bytes.subarray(0, 1_000_000));
      await sink.close();
      await sink.close();
      await files.remove(name(1));
      expect(await files.names()).toEqual([]);
    });

    test("stays when the process ends", async () => {
      await write(1, 0, bytes);
      files = await reopen();
      await files.clear();
      expect(await files.names()).toEqual([name(1)]);
      expect(await files.head(placed(1), 10)).toEqual(bytes.subarray(0, 10));
    });
  });

  describe(`${of}: a spool`, () => {
    test("becomes an upload", async () => {
      const spool = await files.spool();
      await spool.write(bytes);
      await files.adopt(spool, name(5));
      await spool.discard();
      expect(await files.head(placed(5), bytes.length)).toEqual(bytes);
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
      expect(await files.names()).toEqual([]);
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

  describe(`${of}: keeping`, () => {
    test("again is no error, where the size is right", async () => {
      await write(1, 0, bytes);
      await files.keep(placed(1, 1), bytes.length);
      await files.keep(placed(1, 1), bytes.length);
      expect(await original(1, 1)).toEqual(bytes);
      await expect(files.keep(placed(1, 1), bytes.length + 1)).rejects.toThrow();
    });

    test("what is not there is an error", async () => {
      await expect(files.keep(placed(9, 1), 10)).rejects.toThrow();
    });

    test("is undone by giving back, also where nothing was kept", async () => {
      await write(1, 0, bytes);
      await files.keep(placed(1, 1), bytes.length);
      await files.giveBack(placed(1, 1));
      expect(await files.names()).toEqual([name(1)]);
      expect(await files.head(placed(1), bytes.length)).toEqual(bytes);
      await files.giveBack(placed(1, 1));
      await files.giveBack(placed(99, 1));
    });

    test("saves a photo from removing, sweeping and clearing", async () => {
      await write(1, 0, bytes);
      await files.keep(placed(1, 1), bytes.length);
      await files.remove(name(1));
      await files.clear();
      expect(await files.names()).toEqual([]);
      expect(await original(1, 1)).toEqual(bytes);
    });

    test("does not mix photos or trees", async () => {
      for (const id of [1, 2]) {
        await write(id, 0, png(1000, id));
        await files.keep(placed(id, id), 1000);
      }
      expect(await original(1, 1)).toEqual(png(1000, 1));
      expect(await original(2, 2)).toEqual(png(1000, 2));
    });
  });
}

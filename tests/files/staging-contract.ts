import { describe, expect, test } from "bun:test";
import { png } from "../support/media.ts";
import { name, opened, put, stage, type Opened } from "./contract.ts";

/** What every implementation of Staging must do. */
export function stagingContract(of: string, open: () => Promise<Opened>): void {
  const bytes = png(3_000_000);

  describe(`${of}: a staged file`, () => {
    const { files, reopen } = opened(open);
    const staging = () => files().staging;
    const read = async (id: number) => staging().head(name(id), 2 * bytes.length);

    test("is written in place, in any order", async () => {
      await stage(files(), name(1), bytes.subarray(2_000_000), 2_000_000);
      await stage(files(), name(1), bytes.subarray(0, 1_000_000));
      await stage(files(), name(1), bytes.subarray(1_000_000, 2_000_000), 1_000_000);
      expect(await staging().names()).toEqual([name(1)]);
      expect(await read(1)).toEqual(bytes);
    });

    test("is written by many at once", async () => {
      const part = 100_000;
      const parts = Array.from({ length: 30 }, (_, index) => index * part);
      await Promise.all(
        parts.map((at) => stage(files(), name(2), bytes.subarray(at, at + part), at)),
      );
      expect(await read(2)).toEqual(bytes);
    });

    test("takes pieces of any size", async () => {
      for (const [id, piece] of [1, 7, 4096, 600_000, 3_000_000].entries()) {
        const some = bytes.subarray(0, piece < 10 ? 5000 : bytes.length);
        await put(await staging().write(name(id + 1), 0, { create: true }), some, piece);
        expect(await read(id + 1)).toEqual(some);
      }
    });

    test("is never emptied by being opened again", async () => {
      await stage(files(), name(1), bytes.subarray(0, 1000));
      await (await staging().write(name(1), 500, { create: true })).close();
      expect(await read(1)).toEqual(bytes.subarray(0, 1000));
    });

    test("is made for its first bytes alone", async () => {
      const missing = staging().write(name(1), 500, { create: false });
      await expect(missing).rejects.toMatchObject({ code: "ENOENT" });
      expect(await staging().names()).toEqual([]);
      await stage(files(), name(1), bytes.subarray(0, 500));
      await put(await staging().write(name(1), 500, { create: false }), bytes.subarray(500));
      expect(await read(1)).toEqual(bytes);
    });

    test("is brought to the disk, and one that is missing is not", async () => {
      await stage(files(), name(5), bytes);
      await staging().sync(name(5));
      expect(await read(5)).toEqual(bytes);
      await expect(staging().sync(name(6))).rejects.toMatchObject({ code: "ENOENT" });
    });

    test("shows its first bytes, and its length", async () => {
      await stage(files(), name(1), bytes);
      expect(await staging().head(name(1), 100)).toEqual(bytes.subarray(0, 100));
      await stage(files(), name(2), bytes.subarray(0, 10));
      expect(await staging().head(name(2), 100)).toEqual(bytes.subarray(0, 10));
      expect(staging().lengthOf(name(1))).toBe(bytes.length);
      expect(staging().lengthOf(name(3))).toBeUndefined();
      await expect(staging().head(name(3), 100)).rejects.toMatchObject({ code: "ENOENT" });
    });

    test("is finalized as often as is asked, where it has its size", async () => {
      await stage(files(), name(1), bytes);
      await staging().finalize(name(1), bytes.length);
      await reopen();
      await staging().finalize(name(1), bytes.length);
      expect(await staging().names()).toEqual([name(1)]);
      expect(await read(1)).toEqual(bytes);
    });

    test("of another size is not finalized, and the error says both", async () => {
      await stage(files(), name(1), bytes);
      const size = bytes.length;
      const longer = staging().finalize(name(1), size + 1);
      await expect(longer).rejects.toThrow(`${size} bytes, not ${size + 1}`);
      const shorter = staging().finalize(name(1), size - 1);
      await expect(shorter).rejects.toThrow(`${size} bytes, not ${size - 1}`);
      await expect(staging().finalize(name(2), size)).rejects.toThrow("is missing");
    });

    test("is deleted, also where there is none", async () => {
      await stage(files(), name(1), bytes);
      await staging().delete(name(1));
      await staging().delete(name(1));
      expect(await staging().names()).toEqual([]);
      expect(staging().lengthOf(name(1))).toBeUndefined();
    });

    test("that is closed without a sync takes no harm, twice neither", async () => {
      const sink = await staging().write(name(1), 0, { create: true });
      await sink.write(bytes.subarray(0, 1_000_000));
      await sink.close();
      await sink.close();
      expect(await read(1)).toEqual(bytes.subarray(0, 1_000_000));
    });

    test("stays when the process ends", async () => {
      await stage(files(), name(1), bytes);
      await reopen();
      await files().spools.deleteAll();
      expect(await staging().names()).toEqual([name(1)]);
      expect(await read(1)).toEqual(bytes);
    });

    test("is put aside once, and its name is free then", async () => {
      await stage(files(), name(1), bytes);
      expect(await staging().putAside(name(1))).toContain(name(1));
      expect(await staging().putAside(name(1))).toBeUndefined();
      expect(await staging().names()).toEqual([]);
      await stage(files(), name(1), bytes.subarray(0, 10));
      expect(await read(1)).toEqual(bytes.subarray(0, 10));
    });

    test("has a name of the records' making, or is refused", async () => {
      for (const bad of ["", "..", "../x", "a/b", "notes.txt", "-1", "f".repeat(23), "0"]) {
        const refused = `${JSON.stringify(bad)} is no name of an upload's file`;
        const writing = staging().write(bad, 0, { create: true });
        await expect(writing).rejects.toThrow(refused);
        await expect(staging().delete(bad)).rejects.toThrow(refused);
        expect(() => staging().lengthOf(bad)).toThrow(refused);
      }
    });

    test("has room for more", () => {
      expect(staging().space()).toBeGreaterThan(0);
    });
  });

  describe(`${of}: a spool that is adopted`, () => {
    const { files } = opened(open);

    test("is the upload's file, and deleting the spool takes nothing away", async () => {
      const { staging, spools } = files();
      const spool = await spools.create();
      await spool.write(bytes);
      await staging.adopt(spool, name(5));
      await spool.delete();
      expect(await staging.head(name(5), bytes.length)).toEqual(bytes);
      await staging.finalize(name(5), bytes.length);
    });

    test("takes no other file's place", async () => {
      const { staging, spools } = files();
      await stage(files(), name(5), bytes.subarray(0, 10));
      const spool = await spools.create();
      await spool.write(bytes);
      await expect(staging.adopt(spool, name(5))).rejects.toThrow("is there already");
      await spool.delete();
      expect(await staging.head(name(5), bytes.length)).toEqual(bytes.subarray(0, 10));
    });
  });
}

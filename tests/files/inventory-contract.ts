import { describe, expect, test } from "bun:test";
import type { Files, Found } from "../../src/files/files.ts";
import { png } from "../support/media.ts";
import { name, opened, placeOf, stage, type Opened } from "./contract.ts";

/** What every implementation of Inventory must do, and of what hashes its files. */
export function inventoryContract(of: string, open: () => Promise<Opened>): void {
  describe(`${of}: an inventory`, () => {
    const { files } = opened(open);
    const photos = () => Array.fromAsync(files().inventory.photos());
    const uploads = () => Array.fromAsync(files().inventory.uploads());

    test("has what lies there, and knows where an original would lie", async () => {
      expect([await photos(), await uploads()]).toEqual([[], []]);
      await stage(files(), name(1), png(1000));
      await stage(files(), name(2), png(1000));
      const place = placeOf(1, 1000, 7);
      await files().originals.place(place);
      expect((await uploads()).map((found) => found.name)).toEqual([name(2)]);
      const [found, ...others] = (await photos()) as [Found];
      expect(others).toEqual([]);
      expect(found).toMatchObject({ name: name(1), of: { treeId: 7, photoId: 1 } });
      const { inventory } = files();
      expect(inventory.isOriginal(found, place)).toBe(true);
      expect(inventory.isOriginal(found, { ...place, treeId: 1 })).toBe(false);
      expect(inventory.isOriginal(found, { ...place, file: name(2) })).toBe(false);
    });

    test("puts aside what it has found, once", async () => {
      await stage(files(), name(1), png(1000));
      const [found] = (await uploads()) as [Found];
      const { inventory } = files();
      expect(inventory.isThere(found)).toBe(true);
      expect(await inventory.putAside(found)).toContain(name(1));
      expect(inventory.isThere(found)).toBe(false);
      expect(await inventory.putAside(found)).toBeUndefined();
      expect(await uploads()).toEqual([]);
    });
  });

  describe(`${of}: the hash`, () => {
    const { files } = opened(open);
    const bytes = png(700_001);
    const hash = (algorithm: "sha256" | "sha512", start = 0, end = bytes.length) =>
      new Bun.CryptoHasher(algorithm).update(bytes.subarray(start, end)).digest("hex");
    const both = { "sha-256": hash("sha256"), "sha-512": hash("sha512") };

    test("of an original is that of its bytes, wherever they lie; nothing is moved", async () => {
      const place = placeOf(1, bytes.length);
      const digest = (file: Files) => file.originals.digest(place, ["sha-256", "sha-512"]);
      expect(await digest(files())).toBeUndefined();
      await stage(files(), name(1), bytes);
      expect(await digest(files())).toEqual({ digests: both, size: bytes.length });
      expect(await files().staging.names()).toEqual([name(1)]);
      await files().staging.putAside(name(1));
      expect(await digest(files())).toEqual({ digests: both, size: bytes.length });
      await files().originals.place(place);
      expect(await digest(files())).toEqual({ digests: both, size: bytes.length });
    });

    test("of an original is made at the pace that is asked for, and ended by it", async () => {
      await stage(files(), name(1), bytes);
      const place = placeOf(1, bytes.length);
      let read = 0;
      await files().originals.digest(place, ["sha-256"], async (tookMs, count) => {
        expect(tookMs).toBeGreaterThanOrEqual(0);
        read += count;
      });
      expect(read).toBe(bytes.length);
      const ended = files().originals.digest(place, ["sha-256"], () => Promise.reject("enough"));
      await expect(ended).rejects.toBe("enough");
    });

    test("of an original that is moved meanwhile is that of its bytes", async () => {
      await stage(files(), name(1), bytes);
      const place = placeOf(1, bytes.length);
      let moved: Promise<boolean> | undefined;
      const found = await files().originals.digest(place, ["sha-256"], async () => {
        await (moved ??= files().originals.place(place));
      });
      expect(await moved).toBe(true);
      expect(found?.digests).toEqual({ "sha-256": both["sha-256"] });
    });

    test("of an upload's part, and of a spool", async () => {
      await stage(files(), name(1), bytes);
      const range = { start: 1000, length: 600_000 };
      expect(await files().staging.digest(name(1), range, ["sha-512"])).toEqual({
        "sha-512": hash("sha512", 1000, 601_000),
      });
      await expect(files().staging.digest(name(2), range, ["sha-512"])).rejects.toMatchObject({
        code: "ENOENT",
      });
      await using spool = await files().spools.create();
      await spool.write(bytes);
      await spool.flush();
      expect(await spool.digest(["sha-256"])).toEqual({ "sha-256": both["sha-256"] });
    });
  });
}

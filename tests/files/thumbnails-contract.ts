import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { ThumbnailsOf } from "../../src/files/files.ts";
import { png } from "../support/media.ts";
import { name, opened, type Opened } from "./contract.ts";

/** What every implementation of Thumbnails must do. */
export function thumbnailsContract(label: string, open: () => Promise<Opened>): void {
  describe(`${label}: thumbnails`, () => {
    const { files, reopen } = opened(open);
    const thumbnails = () => files().thumbnails;
    const read = async (whose: ThumbnailsOf, format: string, size: number) =>
      (await thumbnails().read(whose, format, size))?.bytes();

    async function make(whose: ThumbnailsOf, format: string, bytes: Uint8Array): Promise<void> {
      const folder = await thumbnails().beginWork(whose);
      await Bun.write(join(folder, `${format}.webp`), bytes);
      expect(await thumbnails().place(whose, format)).toBe(bytes.length);
      await thumbnails().endWork(whose);
    }

    test("are read when they are in their place, also by the next process", async () => {
      await make(of(1), "small", png(500));
      expect(await read(of(1), "small", 500)).toEqual(png(500));
      await reopen();
      expect(await read(of(1), "small", 500)).toEqual(png(500));
    });

    test("of another size than is known are none, and neither are others", async () => {
      await make(of(1), "small", png(500));
      expect(await read(of(1), "small", 499)).toBeUndefined();
      expect(await read(of(1), "large", 500)).toBeUndefined();
      expect(await read(of(2), "small", 500)).toBeUndefined();
    });

    test("take the place of those that were there", async () => {
      await make(of(1), "small", png(500));
      await make(of(1), "small", png(700, 2));
      expect(await read(of(1), "small", 700)).toEqual(png(700, 2));
    });

    test("are placed only where they were made", async () => {
      await thumbnails().beginWork(of(1));
      await expect(thumbnails().place(of(1), "small")).rejects.toThrow("was not made");
    });

    test("begin in an empty folder, which is left by nobody but a process that ends in the middle", async () => {
      const folder = await thumbnails().beginWork(of(7));
      await Bun.write(join(folder, "small.webp"), png(500));
      await make(of(8), "small", png(500));
      await reopen();
      expect(await thumbnails().leftWork()).toEqual([of(7)]);
      await thumbnails().beginWork(of(7));
      await expect(thumbnails().place(of(7), "small")).rejects.toThrow("was not made");
      await thumbnails().endWork(of(7));
      await thumbnails().endWork(of(7));
      expect(await thumbnails().leftWork()).toEqual([]);
    });

    test("are deleted with their original, and no other's", async () => {
      for (const format of ["small", "large"]) await make(of(1), format, png(500));
      await make(of(1, name(2)), "small", png(600));
      await thumbnails().delete(of(1));
      await thumbnails().delete(of(1));
      expect(await read(of(1), "small", 500)).toBeUndefined();
      expect(await read(of(1), "large", 500)).toBeUndefined();
      expect(await read(of(1, name(2)), "small", 600)).toEqual(png(600));
    });

    test.each(["..", "a/b", "", "A", "x".repeat(30)])("have no format %p", async (format) => {
      await thumbnails().beginWork(of(1));
      await expect(thumbnails().place(of(1), format)).rejects.toThrow("no format");
      await expect(thumbnails().read(of(1), format, 1)).rejects.toThrow("no format");
    });
  });
}

const of = (photoId: number, file = name(photoId)): ThumbnailsOf => ({ treeId: 1, photoId, file });

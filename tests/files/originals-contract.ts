import { describe, expect, test } from "bun:test";
import type { OpenFile, Place } from "../../src/files/files.ts";
import { png } from "../support/media.ts";
import { name, opened, placeOf, stage, type Opened } from "./contract.ts";

/** Bytes of an open file. */
async function range(file: OpenFile, start: number, end: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(start, end)) pieces.push(piece.slice());
  return Buffer.concat(pieces);
}

/** What every implementation of Originals must do. */
export function originalsContract(of: string, open: () => Promise<Opened>): void {
  const bytes = png(300_000);

  describe(`${of}: an original`, () => {
    const { files, reopen } = opened(open);
    const read = async (place: Place) => (await files().originals.read(place)).bytes();

    test("is read before it is in its place, from there, and by the next process", async () => {
      await stage(files(), name(1), bytes);
      const place = placeOf(1, bytes.length, 7);
      expect(await read(place)).toEqual(bytes);
      expect(await files().originals.place(place)).toBe(true);
      expect(await files().staging.names()).toEqual([]);
      expect(await read(place)).toEqual(bytes);
      await reopen();
      expect(await read(place)).toEqual(bytes);
    });

    test("is located for another program, wherever it lies", async () => {
      await stage(files(), name(1), bytes);
      const place = placeOf(1, bytes.length);
      for (let round = 0; round < 2; round += 1) {
        const path = await files().originals.locate(place);
        expect(await Bun.file(path).bytes()).toEqual(bytes);
      }
      await expect(files().originals.locate(placeOf(9, 10))).rejects.toThrow("missing");
    });

    test("is brought to its place as often as is asked", async () => {
      await stage(files(), name(1), bytes);
      const place = placeOf(1, bytes.length);
      for (let round = 0; round < 3; round += 1) {
        expect(await files().originals.place(place)).toBe(true);
        await reopen();
      }
      expect(await read(place)).toEqual(bytes);
    });

    test("is brought to its place once by many at the same time, who may also read it", async () => {
      await stage(files(), name(1), bytes);
      const place = placeOf(1, bytes.length);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          at % 2 ? files().originals.place(place) : read(place),
        ),
      );
      for (const outcome of outcomes) expect(outcome === true ? bytes : outcome).toEqual(bytes);
      expect(await read(place)).toEqual(bytes);
    });

    test("is read open from any byte to any other, by many at the same time", async () => {
      await stage(files(), name(1), bytes);
      const place = placeOf(1, bytes.length);
      await files().originals.place(place);
      using file = await files().originals.open(place);
      expect(file.size).toBe(bytes.length);
      const ranges = [
        [0, bytes.length],
        [0, 1],
        [262_143, 262_145],
        [299_999, 300_000],
        [5, 5],
      ] as const;
      const got = await Promise.all(ranges.map(([start, end]) => range(file, start, end)));
      expect(got).toEqual(ranges.map(([start, end]) => Buffer.from(bytes.subarray(start, end))));
      await expect(range(file, bytes.length - 1, bytes.length + 1)).rejects.toThrow(
        "ends at 300000",
      );
    });

    test("that was closed is not read any more, and is closed once", async () => {
      await stage(files(), name(1), bytes);
      const file = await files().originals.open(placeOf(1, bytes.length));
      const reading = file.read(0, bytes.length)[Symbol.asyncIterator]();
      const first = reading.next();
      file[Symbol.dispose]();
      file[Symbol.dispose]();
      // The read that was under way has its bytes; no other begins.
      expect((await first).done).toBe(false);
      await expect(reading.next()).rejects.toThrow("is closed");
    });

    test("that is nowhere is neither placed nor read", async () => {
      expect(await files().originals.place(placeOf(9, 10))).toBe(false);
      await expect(read(placeOf(9, 10))).rejects.toThrow("original of photo 9 is missing");
      await expect(files().originals.open(placeOf(9, 10))).rejects.toThrow("is missing");
    });

    test("is not made of a staged file of another size", async () => {
      await stage(files(), name(1), bytes);
      const place = placeOf(1, bytes.length + 1);
      expect(await files().originals.place(place)).toBe(false);
      await expect(read(place)).rejects.toThrow("missing");
      expect(await files().staging.names()).toEqual([name(1)]);
    });

    test("is found where it was put aside, and brought back from there", async () => {
      await stage(files(), name(1), bytes);
      await files().staging.putAside(name(1));
      const place = placeOf(1, bytes.length);
      expect(await read(place)).toEqual(bytes);
      expect(await files().originals.place(place)).toBe(true);
      expect(await read(place)).toEqual(bytes);
    });

    test("is safe from whatever is done to uploads and spools", async () => {
      await stage(files(), name(1), bytes);
      const place = placeOf(1, bytes.length);
      await files().originals.place(place);
      await files().staging.delete(name(1));
      expect(await files().staging.putAside(name(1))).toBeUndefined();
      await files().spools.deleteAll();
      expect(await files().originals.putStraysAside(1)).toEqual([]);
      expect(await read(place)).toEqual(bytes);
    });

    test("is its photo's and its tree's own", async () => {
      for (const id of [1, 2]) {
        await stage(files(), name(id), png(1000, id));
        await files().originals.place(placeOf(id, 1000, id));
      }
      for (const id of [1, 2]) expect(await read(placeOf(id, 1000, id))).toEqual(png(1000, id));
    });

    test("is deleted from wherever it lies, as often as is asked, and never comes back", async () => {
      const place = placeOf(1, bytes.length, 7);
      const lie: Record<string, () => Promise<unknown>> = {
        "in its place": () => files().originals.place(place),
        "still in staging": async () => undefined,
        "put aside": () => files().staging.putAside(name(1)),
      };
      for (const [where, bring] of Object.entries(lie)) {
        await stage(files(), name(1), bytes);
        await bring();
        for (let round = 0; round < 2; round += 1) {
          await files().originals.delete(place);
          expect([where, await files().originals.place(place)]).toEqual([where, false]);
          await expect(read(place)).rejects.toThrow("missing");
          expect(await files().staging.names()).toEqual([]);
        }
        await reopen();
        await expect(read(place)).rejects.toThrow("missing");
      }
    });

    test("is deleted alone: not another photo's, nor the bytes that have replaced it", async () => {
      for (const id of [1, 2]) {
        await stage(files(), name(id), png(1000, id));
        await files().originals.place({ ...placeOf(1, 1000), file: name(id) });
      }
      await stage(files(), name(3), png(1000, 3));
      await files().originals.place(placeOf(3, 1000));
      await files().originals.delete(placeOf(1, 1000));
      expect(await read({ ...placeOf(1, 1000), file: name(2) })).toEqual(png(1000, 2));
      expect(await read(placeOf(3, 1000))).toEqual(png(1000, 3));
    });

    test("is gone, whoever wants to bring it to its place or to read it at the same time", async () => {
      for (let round = 0; round < 30; round += 1) {
        await stage(files(), name(1), png(1000));
        const place = placeOf(1, 1000);
        const acts = [
          () => files().originals.place(place),
          () => read(place),
          () => files().originals.delete(place),
          () => files().originals.place(place),
          () => files().originals.delete(place),
        ];
        // Another one of them begins each time.
        const turned = [...acts.slice(round % 5), ...acts.slice(0, round % 5)];
        await Promise.allSettled(turned.map((act) => act()));
        await expect(read(place)).rejects.toThrow("missing");
        expect(await files().staging.names()).toEqual([]);
      }
    });

    test("of a photo may be followed by another one, with a file of its own", async () => {
      await stage(files(), name(1), bytes);
      await files().originals.place(placeOf(1, bytes.length));
      await stage(files(), name(2), png(500, 2));
      const second = { ...placeOf(1, 500), file: name(2) };
      expect(await files().originals.place(second)).toBe(true);
      expect(await read(second)).toEqual(png(500, 2));
      expect(await read(placeOf(1, bytes.length))).toEqual(bytes);
    });
  });

  describe(`${of}: a file that was moved to the photos, though its photo is not on record`, () => {
    const { files, reopen } = opened(open);

    test("is taken back as often as is asked, and can be finalized and placed under another id", async () => {
      await stage(files(), name(1), bytes);
      await files().originals.place(placeOf(1, bytes.length));
      await reopen();
      const { staging, originals } = files();
      for (let round = 0; round < 2; round += 1) {
        await originals.takeBack({ treeId: 1, photoId: 1, file: name(1) });
      }
      expect(await staging.names()).toEqual([name(1)]);
      await staging.finalize(name(1), bytes.length);
      const place = { ...placeOf(5, bytes.length), file: name(1) };
      expect(await originals.place(place)).toBe(true);
      expect(await (await originals.read(place)).bytes()).toEqual(bytes);
    });

    test("is taken back where it is, and nothing where there is none", async () => {
      const { staging, originals } = files();
      await originals.takeBack({ treeId: 1, photoId: 99, file: name(99) });
      expect(await staging.names()).toEqual([]);
    });

    test("is left where it is while the upload has a file", async () => {
      const place = placeOf(1, 1000);
      await stage(files(), name(1), png(1000, 1));
      await files().originals.place(place);
      await stage(files(), name(1), png(2000, 2));
      await files().originals.takeBack(place);
      expect(await files().staging.head(name(1), 5000)).toEqual(png(2000, 2));
      expect(await (await files().originals.read(place)).bytes()).toEqual(png(1000, 1));
    });

    test("is put aside where its id was never given, and no other is", async () => {
      for (const id of [1, 2, 3]) {
        await stage(files(), name(id), png(1000, id));
        await files().originals.place(placeOf(id, 1000));
      }
      const aside = await files().originals.putStraysAside(1);
      expect(aside.toSorted()).toEqual([2, 3].map((id) => expect.stringContaining(name(id))));
      expect(await files().originals.putStraysAside(1)).toEqual([]);
      const kept = await files().originals.read(placeOf(1, 1000));
      expect(await kept.bytes()).toEqual(png(1000, 1));
    });
  });
}

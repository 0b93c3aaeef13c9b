import { describe, expect, test } from "bun:test";
import type { Upload } from "../../src/records/records.ts";
import { decided, type Given, MINUTE, NOW } from "./given.ts";

export function chunksContract(name: string, given: Given): void {
  const finalize = ({ id }: Upload) =>
    given.records.uploads.transact({ id }, NOW, () =>
      decided(null, { kind: "update", set: { state: "finalizing", lease: "one" } }),
    );

  describe(`${name}: chunks`, () => {
    test("count once, however often they are recorded", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      expect((await given.record(upload.id, 0, 100)).received).toBe(100);
      expect((await given.record(upload.id, 0, 100, NOW + 5)).received).toBe(100);
      const recorded = await given.record(upload.id, 100, 150, NOW + 7);
      expect(recorded).toEqual({ ...upload, received: 250, lastByteAt: NOW + 7 });
      const { has } = given.records.chunks;
      expect(await has(upload.id, { start: 0, length: 100 })).toBe(true);
      expect(await has(upload.id, { start: 100, length: 100 })).toBe(false);
      expect(await has(upload.id, { start: 50, length: 50 })).toBe(false);
    });

    test("are found by what comes behind them", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      const { lastBefore } = given.records.chunks;
      expect(await lastBefore(upload.id, 250)).toBeUndefined();
      await given.record(upload.id, 0, 50);
      await given.record(upload.id, 100, 100);
      expect(await lastBefore(upload.id, 100)).toEqual({ start: 0, length: 50 });
      expect(await lastBefore(upload.id, 101)).toEqual({ start: 100, length: 100 });
      expect(await lastBefore(upload.id, 250)).toEqual({ start: 100, length: 100 });
    });

    test("of an upload that has ended are not recorded", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      const upload = await given.reserved(id);
      await given.finish(upload.id);
      expect((await given.record(upload.id, 0, 100)).state).toBe("finished");
      expect(await given.records.chunks.lastBefore(upload.id, 250)).toBeUndefined();
      await expect(given.record(999, 0, 100)).rejects.toThrow();
    });

    test("that come again while the photo is made neither go nor renew the lease", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      await given.record(upload.id, 0, 250);
      await finalize(upload);
      const again = await given.record(upload.id, 0, 250, NOW + MINUTE);
      expect(again).toMatchObject({ state: "finalizing", received: 250, lastByteAt: NOW });
      expect(await given.records.chunks.has(upload.id, { start: 0, length: 250 })).toBe(true);
      // Nor is there another than those that are all of it.
      await given.record(upload.id, 100, 50, NOW + MINUTE);
      expect(await given.records.chunks.has(upload.id, { start: 100, length: 50 })).toBe(false);
    });

    test("extra parameters add up, the later ones win", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      await given.record(upload.id, 0, 100, NOW, { a: "1", b: "1" });
      await given.record(upload.id, 100, 100, NOW, { b: "2", c: "3" });
      const all = { a: "1", b: "2", c: "3" };
      expect(await given.records.uploads.extra(upload.id)).toEqual(all);
    });

    test("extra parameters are bounded where they are kept, and too many take no chunk away", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      await given.record(upload.id, 0, 100, NOW, { a: "x".repeat(40_000) });
      const more = given.record(upload.id, 100, 100, NOW, { b: "x".repeat(40_000) });
      await expect(more).rejects.toThrow("too much extra");
      const { received } = await given.record(upload.id, 100, 100, NOW, { a: "y".repeat(40_000) });
      expect(received).toBe(200);
      expect(Object.keys(await given.records.uploads.extra(upload.id))).toEqual(["a"]);
    });

    test.each(["receiving", "finalizing"])(
      "that are not on the disk are asked for again, of an upload that is %s",
      async (state) => {
        const upload = await given.reserved((await given.addToken()).id);
        for (const start of [0, 50, 100, 200]) await given.record(upload.id, start, 50);
        if (state === "finalizing") await finalize(upload);
        const { chunks, uploads } = given.records;
        await chunks.markSynced(upload.id, [0, 100, 200]);
        await chunks.deleteUnsynced(upload.id);
        expect((await uploads.byId(upload.id))?.received).toBe(150);
        expect(await chunks.has(upload.id, { start: 50, length: 50 })).toBe(false);
        expect(await chunks.deleteBeyond(upload.id, 149)).toBe(2);
        expect((await uploads.byId(upload.id))?.received).toBe(50);
      },
    );

    test("of photos are pruned little by little, those of uploads stay", async () => {
      const { chunks } = given.records;
      const { id } = await given.addToken({ maxUploads: 4 });
      const done = await given.reserved(id, "a");
      for (let start = 0; start < 250; start += 1) await given.record(done.id, start, 1);
      const open = await given.reserved(id, "b");
      await given.record(open.id, 0, 100);
      const finalizing = await given.reserved(id, "c");
      await given.record(finalizing.id, 0, 250);
      await finalize(finalizing);
      await given.finish((await given.whole(id)).id);
      expect(await chunks.pruneEnded()).toBe(false);
      await given.finish(done.id);
      let rounds = 0;
      while (await chunks.pruneEnded()) rounds += 1;
      expect(rounds).toBe(2);
      expect(await chunks.has(done.id, { start: 0, length: 1 })).toBe(false);
      expect(await chunks.has(open.id, { start: 0, length: 100 })).toBe(true);
      expect(await chunks.has(finalizing.id, { start: 0, length: 250 })).toBe(true);
    });
  });

  describe(`${name}: another boot`, () => {
    test.each(["receiving", "finalizing"])(
      "takes the chunks that may not have reached the disk, and no others, of an upload that is %s",
      async (state) => {
        const { chunks, uploads } = given.records;
        await chunks.enterBoot("one");
        const upload = await given.reserved((await given.addToken()).id);
        await given.record(upload.id, 0, 100);
        await given.record(upload.id, 100, 150);
        if (state === "finalizing") await finalize(upload);
        await chunks.markSynced(upload.id, [0]);
        expect(await chunks.enterBoot("one")).toBe(0);
        expect(await chunks.has(upload.id, { start: 100, length: 150 })).toBe(true);

        expect(await chunks.enterBoot("two")).toBe(1);
        expect(await chunks.has(upload.id, { start: 0, length: 100 })).toBe(true);
        expect(await chunks.has(upload.id, { start: 100, length: 150 })).toBe(false);
        expect((await uploads.byId(upload.id))?.received).toBe(100);
      },
    );

    test("takes nothing from a photo", async () => {
      const { chunks } = given.records;
      await chunks.enterBoot("one");
      const upload = await given.reserved((await given.addToken()).id);
      await given.record(upload.id, 0, 250);
      const made = await given.finish(upload.id);
      await chunks.enterBoot("two");
      expect(await given.records.photos.byUpload(upload.id)).toEqual(made?.photo as never);
    });
  });
}

import { describe, expect, test } from "bun:test";
import type { Upload } from "../../src/records/records.ts";
import { LAPSE_MS } from "../../src/records/uploads.ts";
import { decided, delivery, type Given, identityOf, MINUTE, NOW } from "./given.ts";

async function abandoned(given: Given, before: number): Promise<number[]> {
  const slices = await Array.fromAsync(given.records.leftovers.abandoned(before));
  return slices.flat().map(({ id }) => id);
}

const idsOf = (uploads: readonly Upload[]) => uploads.map(({ id }) => id);

export function leftoversContract(name: string, given: Given): void {
  const finalize = ({ id }: Upload, now = NOW) =>
    given.records.uploads.transact({ id }, now, () =>
      decided(null, {
        kind: "update",
        set: { state: "finalizing", lease: "one", lastByteAt: now },
      }),
    );

  describe(`${name}: what is left behind`, () => {
    test("deleting ends a reservation; empty ones only where nothing was recorded", async () => {
      const { id } = await given.addToken({ maxUploads: 3 });
      const one = await given.reserved(id, "a");
      const two = await given.reserved(id, "b");
      await given.record(two.id, 0, 100);
      const three = await given.whole(id, { received: 0 });
      const { leftovers, tokens } = given.records;
      expect(await leftovers.deleteEmpty(one.id)).toBe(true);
      expect(await leftovers.deleteEmpty(two.id)).toBe(false);
      expect(await leftovers.deleteEmpty(three.id)).toBe(false);
      expect(await tokens.free(id, NOW)).toBe(1);
      await leftovers.delete(two.id);
      await leftovers.delete(three.id);
      expect(await tokens.free(id, NOW)).toBe(3);
      expect(await given.records.chunks.has(two.id, { start: 0, length: 100 })).toBe(false);
    });

    test("an empty one whose backend is still to be told is failed, not deleted", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      await given.refuse(id, "a", delivery("told"));
      expect(await given.records.leftovers.deleteEmpty(upload.id)).toBe(true);
      expect(await given.records.uploads.byId(upload.id)).toMatchObject({ state: "failed" });
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      expect(await given.due(NOW)).toEqual(["told"]);
      await given.records.leftovers.delete(upload.id);
      expect(await given.due(NOW)).toEqual(["told"]);
    });

    test.each(["receiving", "finalizing"])("one that is %s ends as failed", async (state) => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      await given.record(upload.id, 0, 250);
      if (state === "finalizing") await finalize(upload);
      expect(await given.records.leftovers.end([upload.id])).toEqual(new Set([upload.id]));
      expect(await given.records.uploads.byId(upload.id)).toEqual({
        ...upload,
        state: "failed",
        received: 0,
      });
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
    });

    test("one that has gone on is not abandoned, whatever a list says", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      const { end } = given.records.leftovers;
      await given.records.uploads.touch(upload.id, NOW + MINUTE);
      expect(await end([upload.id], NOW + 1)).toEqual(new Set());
      expect(await end([upload.id], NOW + MINUTE + 1)).toEqual(new Set([upload.id]));
    });

    test("an id is never given twice", async () => {
      const { id } = await given.addToken();
      const one = await given.reserved(id, "a");
      await given.records.leftovers.delete(one.id);
      expect((await given.reserved(id, "b")).id).toBeGreaterThan(one.id);
    });

    test("abandoned uploads are those without a byte since then, never finished ones", async () => {
      const { id } = await given.addToken({ maxUploads: 9 });
      const old = await given.reserved(id, "old");
      await given.reserved(id, "young", NOW + MINUTE);
      await given.finish((await given.reserved(id, "done")).id);
      const finalizing = await given.reserved(id, "finalizing");
      await finalize(finalizing);
      await finalize(await given.reserved(id, "busy"), NOW + MINUTE);
      expect(await abandoned(given, NOW + MINUTE)).toEqual([old.id, finalizing.id]);
    });

    test("a failure that is still to be told is not abandoned", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      await given.fail(upload.id, delivery("one"));
      expect(await abandoned(given, NOW + 1)).toEqual([]);
      await given.records.deliveries.close("one", "delivered", null, NOW);
      expect(await abandoned(given, NOW + 1)).toEqual([upload.id]);
    });

    test.each(["deleted", "failed", "begun anew"])(
      "of an upload with very many chunks these are pruned a few at a time when it is %s",
      async (how) => {
        const { id } = await given.addToken();
        const upload = await given.reserved(id);
        for (let start = 0; start < 249; start += 1) await given.record(upload.id, start, 1);
        const { uploads, chunks, leftovers } = given.records;
        const isStored = () => chunks.has(upload.id, { start: 248, length: 1 });
        if (how === "deleted") {
          expect((await leftovers.end([upload.id], NOW + 1)).size).toBe(1);
          await leftovers.delete(upload.id);
        } else await given.fail(upload.id);
        if (how === "begun anew") expect((await given.reserved(id)).id).not.toBe(upload.id);
        const known = await uploads.byIdentity(id, identityOf("a"));
        expect([known?.id === upload.id, known?.state]).toEqual(
          how === "deleted"
            ? [false, undefined]
            : how === "failed"
              ? [true, "failed"]
              : [false, "receiving"],
        );
        // Nothing has pruned them yet, which would have held up others.
        expect(await isStored()).toBe(true);
        let slices = 0;
        while (await chunks.pruneEnded()) slices += 1;
        expect([await isStored(), slices]).toEqual([false, 2]);
        expect((await uploads.byId(upload.id))?.received).toBe(
          how === "failed" ? 0 : (undefined as never),
        );
        const left = await abandoned(given, NOW + MINUTE);
        expect(left.includes(upload.id)).toBe(how === "failed");
      },
    );

    test("a time that is yet to come counts as now", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      const upload = await given.reserved(id, "a", NOW + 999 * MINUTE);
      const finalizing = await given.reserved(id, "b");
      await finalize(finalizing, NOW + 999 * MINUTE);
      const clamp = () => Array.fromAsync(given.records.leftovers.clampFuture(NOW));
      expect(await clamp()).toEqual([2]);
      expect(await clamp()).toEqual([]);
      expect(await abandoned(given, NOW + 1)).toEqual([upload.id, finalizing.id]);
    });

    test("complete ones are found, until they are photos", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      const complete = async () => idsOf(await given.records.leftovers.complete());
      const upload = await given.reserved(id);
      await given.record(upload.id, 0, 100);
      const whole = await given.whole(id, { state: "receiving" });
      expect(await complete()).toEqual([]);
      await given.record(upload.id, 100, 150);
      expect(await complete()).toEqual([upload.id]);
      await finalize(upload);
      await finalize(whole);
      expect(await complete()).toEqual([upload.id, whole.id]);
      await given.finish(upload.id);
      await given.finish(whole.id);
      expect(await complete()).toEqual([]);
    });

    test("whole files and those in chunks are told apart", async () => {
      const { id } = await given.addToken({ maxUploads: 9 });
      const chunked = await given.reserved(id);
      await given.record(chunked.id, 100, 100);
      const finalizing = await given.reserved(id, "b");
      await finalize(finalizing);
      await given.fail((await given.reserved(id, "failed")).id);
      const whole = await given.whole(id, { state: "receiving", lease: null });
      await given.whole(id);
      const { receivingWhole, expectedAfter } = given.records.leftovers;
      expect(await receivingWhole()).toEqual([whole]);
      const expected = [
        { id: chunked.id, file: chunked.file, end: 200 },
        { id: finalizing.id, file: finalizing.file, end: 0 },
      ];
      expect(await expectedAfter(0, 10)).toEqual(expected);
      expect(await expectedAfter(0, 1)).toEqual(expected.slice(0, 1));
      expect(await expectedAfter(chunked.id, 10)).toEqual(expected.slice(1));
    });

    test("cancelled ones that are kept are found by their time, and are not completed, listed or held a use by", async () => {
      const { leftovers, uploads, tokens } = given.records;
      const { id } = await given.addToken({ maxUploads: 9 });
      const keep = async (of: string, keptUntil: number) => {
        const one = await given.reserved(id, of);
        await given.record(one.id, 0, 250);
        const set = { keptUntil, lastByteAt: NOW - LAPSE_MS };
        await uploads.transact({ id: one.id }, NOW, () => decided(null, { kind: "update", set }));
        return one.id;
      };
      const later = await keep("a", NOW + 2000);
      const first = await keep("b", NOW + 1000);
      const undone = await keep("c", NOW + 1000);
      const failed = await keep("d", NOW + 1000);
      const ended = await keep("e", NOW + 1000);
      await uploads.transact({ id: undone }, NOW, () =>
        decided(null, { kind: "update", set: { keptUntil: null } }),
      );
      await given.fail(failed);
      await leftovers.end([ended]);
      for (const over of [failed, ended]) expect((await uploads.byId(over))?.keptUntil).toBeNull();
      const found = [
        { id: first, tokenId: id, keptUntil: NOW + 1000 },
        { id: later, tokenId: id, keptUntil: NOW + 2000 },
      ];
      expect(await leftovers.kept(9)).toEqual(found);
      expect(await leftovers.kept(1)).toEqual(found.slice(0, 1));
      const [{ uploads: listed }, complete] = [
        await uploads.underWay({ tokenId: id, limit: 9 }),
        await leftovers.complete(),
      ];
      expect([listed.map((one) => one.id), idsOf(complete)]).toEqual([[undone], [undone]]);
      expect(await tokens.free(id, NOW)).toBe(9);
      // A start looks for the bytes of all of them.
      expect((await leftovers.expectedAfter(0, 9)).map((one) => one.id)).toEqual([
        later,
        first,
        undone,
      ]);
    });

    test("uploads are known by their files", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      const one = await given.reserved(id, "a");
      const two = await given.reserved(id, "b");
      await given.finish(two.id);
      const known = await given.records.leftovers.byFiles([one.file, "none", two.file, "7"]);
      expect(known).toEqual(
        new Map([
          [one.file, { id: one.id, file: one.file, state: "receiving" }],
          [two.file, { id: two.id, file: two.file, state: "finished" }],
        ]),
      );
    });
  });
}

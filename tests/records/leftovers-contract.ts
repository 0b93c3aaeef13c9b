import { describe, expect, test } from "bun:test";
import { delivery, type Given, identityOf, MINUTE, NOW } from "./given.ts";

async function abandoned(given: Given, before: number): Promise<number[]> {
  const slices = await Array.fromAsync(given.records.uploads.abandoned(before));
  return slices.flat().map(({ id }) => id);
}

export function leftoversContract(name: string, given: Given): void {
  describe(`${name}: what is left behind`, () => {
    test("forgetting ends a reservation; empty ones only where nothing was recorded", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      const one = await given.reserved(id, "a");
      const two = await given.reserved(id, "b");
      await given.record(two.id, 0, 100);
      expect(await given.records.uploads.forgetEmpty(one.id)).toBe(true);
      expect(await given.records.uploads.forgetEmpty(two.id)).toBe(false);
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      await given.records.uploads.forget(two.id);
      expect(await given.records.tokens.free(id, NOW)).toBe(2);
    });

    test("an empty one whose backend is still to be told is failed, not forgotten", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      await given.records.uploads.refuseChunk({
        tokenId: id,
        identity: identityOf("a"),
        failure: { code: "error_processing_upload", message: "no" },
        delivery: delivery("told"),
        now: NOW,
      });
      expect(await given.records.uploads.forgetEmpty(upload.id)).toBe(true);
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      expect(await given.due(NOW)).toEqual(["told"]);
    });

    test("one that has gone on is not abandoned, whatever a list says", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      const { giveUp, touch } = given.records.uploads;
      await touch(upload.id, NOW + MINUTE);
      expect(await giveUp([upload.id], NOW + 1)).toEqual(new Set());
      expect(await giveUp([upload.id], NOW + MINUTE + 1)).toEqual(new Set([upload.id]));
    });

    test("an id is never given twice: it names files", async () => {
      const { id } = await given.addToken();
      const one = await given.reserved(id, "a");
      await given.records.uploads.forget(one.id);
      expect((await given.reserved(id, "b")).id).toBeGreaterThan(one.id);
    });

    test("abandoned uploads are those without a byte since then, never finished ones", async () => {
      const { id } = await given.addToken({ maxUploads: 9 });
      const old = await given.reserved(id, "old");
      await given.reserved(id, "young", NOW + MINUTE);
      await given.finish((await given.reserved(id, "done")).id);
      expect(await abandoned(given, NOW + MINUTE)).toEqual([old.id]);
    });

    test("a failure that is still to be told is not abandoned", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      const failure = { code: "file_too_large", message: "No." };
      const request = { uploadId: upload.id, failure, delivery: delivery("one"), now: NOW };
      await given.records.uploads.fail(request);
      expect(await abandoned(given, NOW + 1)).toEqual([]);
      await given.records.deliveries.close("one", "delivered", null, NOW);
      expect(await abandoned(given, NOW + 1)).toHaveLength(1);
    });

    test.each(["forgotten", "failed", "begun anew"])(
      "of an upload with very many chunks these are dropped a few at a time when it is %s",
      async (how) => {
        const { id } = await given.addToken();
        const upload = await given.reserved(id);
        for (let start = 0; start < 249; start += 1) await given.record(upload.id, start, 1);
        const { uploads } = given.records;
        const isStored = () => uploads.hasStored(upload.id, { start: 248, length: 1 });
        if (how === "forgotten") {
          expect((await uploads.giveUp([upload.id], NOW + 1)).size).toBe(1);
          await uploads.forget(upload.id);
        } else {
          const failure = { code: "file_too_large", message: "No." };
          await uploads.fail({ uploadId: upload.id, failure, delivery: null, now: NOW });
        }
        if (how === "begun anew") expect((await given.reserved(id)).id).not.toBe(upload.id);
        const known = await uploads.byIdentity(id, identityOf("a"));
        expect([known?.id === upload.id, known?.state]).toEqual(
          how === "forgotten"
            ? [false, undefined]
            : how === "failed"
              ? [true, "failed"]
              : [false, "receiving"],
        );
        // Nothing has dropped them yet, which would have held up others.
        expect(await isStored()).toBe(true);
        let slices = 0;
        while (await uploads.dropFinishedChunks()) slices += 1;
        expect([await isStored(), slices]).toEqual([false, 2]);
        const left = await abandoned(given, NOW + MINUTE);
        expect(left.includes(upload.id)).toBe(how === "failed");
      },
    );

    test("a time that is yet to come counts as now", async () => {
      const upload = await given.reserved((await given.addToken()).id, "a", NOW + 999 * MINUTE);
      expect(await Array.fromAsync(given.records.uploads.clampFuture(NOW))).toEqual([1]);
      expect(await Array.fromAsync(given.records.uploads.clampFuture(NOW))).toEqual([]);
      expect(await abandoned(given, NOW + 1)).toEqual([upload.id]);
    });

    test("whole files and chunked ones are told apart", async () => {
      const { id } = await given.addToken({ maxUploads: 9 });
      const chunked = await given.reserved(id);
      const request = { tokenId: id, filename: "w.png", now: NOW };
      const whole = await given.records.uploads.beginWhole(request);
      const wholeId = whole.reserved ? whole.upload.id : 0;
      const left = await given.records.uploads.unfinishedWhole();
      expect(left.map((upload) => upload.id)).toEqual([wholeId]);
      const under = await given.records.uploads.receivingAfter(0, 10);
      expect(under).toEqual([{ id: chunked.id, file: chunked.file, end: 0 }]);
    });
  });
}

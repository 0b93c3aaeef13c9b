import { describe, expect, test } from "bun:test";
import { delivery, type Given, identityOf, MINUTE, NOW } from "./given.ts";

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
      const abandoned = await given.records.uploads.abandoned(NOW + MINUTE);
      expect(abandoned.map((upload) => upload.id)).toEqual([old.id]);
    });

    test("a failure that is still to be told is not abandoned", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      const failure = { code: "file_too_large", message: "No." };
      const request = { uploadId: upload.id, failure, delivery: delivery("one"), now: NOW };
      await given.records.uploads.fail(request);
      expect(await given.records.uploads.abandoned(NOW + 1)).toEqual([]);
      await given.records.deliveries.close("one", "delivered", null, NOW);
      expect(await given.records.uploads.abandoned(NOW + 1)).toHaveLength(1);
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

import { describe, expect, test } from "bun:test";
import { delivery, type Given, identityOf, MINUTE, NOW } from "./given.ts";

export function uploadsContract(name: string, given: Given): void {
  describe(`${name}: chunks`, () => {
    test("count once, however often they are recorded", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      expect((await given.record(upload.id, 0, 100)).received).toBe(100);
      expect((await given.record(upload.id, 0, 100)).received).toBe(100);
      expect((await given.record(upload.id, 100, 150)).received).toBe(250);
      const { hasStored } = given.records.uploads;
      expect(await hasStored(upload.id, { start: 0, length: 100 })).toBe(true);
      expect(await hasStored(upload.id, { start: 100, length: 100 })).toBe(false);
      expect(await hasStored(upload.id, { start: 50, length: 50 })).toBe(false);
    });

    test("are found by what comes behind them", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      const { lastChunkBefore } = given.records.uploads;
      expect(await lastChunkBefore(upload.id, 250)).toBeUndefined();
      await given.record(upload.id, 0, 50);
      await given.record(upload.id, 100, 100);
      expect(await lastChunkBefore(upload.id, 100)).toEqual({ start: 0, length: 50 });
      expect(await lastChunkBefore(upload.id, 101)).toEqual({ start: 100, length: 100 });
      expect(await lastChunkBefore(upload.id, 250)).toEqual({ start: 100, length: 100 });
    });

    test("of an upload that has ended are not recorded", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      await given.finish(upload.id);
      expect((await given.record(upload.id, 0, 100)).state).toBe("finished");
      expect(await given.records.uploads.lastChunkBefore(upload.id, 250)).toBeUndefined();
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

    test("complete ones are found, until they are photos", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      await given.record(upload.id, 0, 100);
      expect(await given.records.uploads.complete()).toEqual([]);
      await given.record(upload.id, 100, 150);
      expect((await given.records.uploads.complete()).map(({ id }) => id)).toEqual([upload.id]);
      await given.finish(upload.id);
      expect(await given.records.uploads.complete()).toEqual([]);
    });
  });

  describe(`${name}: another boot`, () => {
    test("forgets the chunks that may not have reached the disk, and no others", async () => {
      const { enterBoot, uploads } = given.records;
      await enterBoot("one");
      const upload = await given.reserved((await given.addToken()).id);
      await given.record(upload.id, 0, 100);
      await given.record(upload.id, 100, 100);
      await uploads.markSynced(upload.id, [0]);
      expect(await enterBoot("one")).toBe(0);
      expect(await uploads.hasStored(upload.id, { start: 100, length: 100 })).toBe(true);

      expect(await enterBoot("two")).toBe(1);
      expect(await uploads.hasStored(upload.id, { start: 0, length: 100 })).toBe(true);
      expect(await uploads.hasStored(upload.id, { start: 100, length: 100 })).toBe(false);
      expect((await given.record(upload.id, 100, 150)).received).toBe(250);
    });

    test("takes nothing from a photo", async () => {
      await given.records.enterBoot("one");
      const upload = await given.reserved((await given.addToken()).id);
      await given.record(upload.id, 0, 250);
      await given.finish(upload.id);
      await given.records.enterBoot("two");
      expect(await given.records.photos.byId(upload.id)).toBeDefined();
    });
  });

  test(`${name}: the chunks of photos are dropped little by little, those of uploads stay`, async () => {
    const { uploads } = given.records;
    const { id } = await given.addToken({ maxUploads: 2 });
    const done = await given.reserved(id, "a");
    for (let start = 0; start < 250; start += 1) await given.record(done.id, start, 1);
    const open = await given.reserved(id, "b");
    await given.record(open.id, 0, 100);
    expect(await uploads.dropFinishedChunks()).toBe(false);
    await given.finish(done.id);
    let rounds = 0;
    while (await uploads.dropFinishedChunks()) rounds += 1;
    expect(rounds).toBeGreaterThan(1);
    expect(await uploads.hasStored(done.id, { start: 0, length: 1 })).toBe(false);
    expect(await uploads.hasStored(open.id, { start: 0, length: 100 })).toBe(true);
  });

  describe(`${name}: finishing`, () => {
    test("makes no photo of a token that was revoked meanwhile", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      await given.records.tokens.revoke(id, NOW);
      expect(await given.finish(upload.id)).toBeUndefined();
      expect((await given.records.photos.list({ tokenId: id, offset: 0, limit: 1 })).total).toBe(0);
    });

    test("waits where another file holds the last use", async () => {
      const { id: busy } = await given.addToken();
      const early = await given.reserved(busy, "b");
      await given.reserved(busy, "c", NOW + 6 * MINUTE);
      const request = {
        uploadId: early.id,
        photo: { token: "p".repeat(32), treeId: 1, type: "image/png", size: 250 },
        extra: {},
        delivery: null,
        now: NOW + 7 * MINUTE,
      };
      expect(await given.records.uploads.finish(request)).toBe("busy");
    });

    test("makes one photo, consumes one use and records one callback", async () => {
      const token = await given.addToken({ title: "T", tags: "t", albumId: "5", userId: 4 });
      const upload = await given.reserved(token.id);
      const first = await given.finish(upload.id, { delivery: delivery("one") });
      const second = await given.finish(upload.id, { delivery: delivery("two") });
      expect(first?.first).toBe(true);
      expect(second).toEqual({ photo: first?.photo as never, first: false });
      expect(first?.photo).toMatchObject({
        id: upload.id,
        tokenId: token.id,
        title: "T",
        tags: "t",
        albumId: "5",
        userId: 4,
        published: true,
        filename: "a.png",
        size: 250,
      });
      expect((await given.records.tokens.byId(token.id))?.consumed).toBe(1);
      expect((await given.records.deliveries.due(NOW, 10, [])).map(({ id }) => id)).toEqual([
        "one",
      ]);
      expect(await given.records.photos.byId(upload.id)).toEqual(first?.photo);
      expect((await given.reserved(token.id)).state).toBe("finished");
    });

    test("does nothing where no use is left, or the upload has failed", async () => {
      const { id } = await given.addToken();
      const one = await given.reserved(id, "a");
      const two = await given.reserved(id, "b", NOW + 6 * MINUTE);
      await given.finish(two.id, { now: NOW + 6 * MINUTE });
      expect(await given.finish(one.id, { delivery: delivery("x") })).toBeUndefined();
      expect(await given.records.photos.byId(one.id)).toBeUndefined();
      expect(await given.records.deliveries.due(NOW, 10, [])).toEqual([]);
      expect((await given.records.tokens.byId(id))?.consumed).toBe(1);
      expect(await given.finish(999)).toBeUndefined();
    });
  });

  describe(`${name}: failing`, () => {
    const failure = { code: "file_not_supported", message: "No." };

    test("gives the use back, forgets the chunks and tells once", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      await given.record(upload.id, 0, 100);
      const fail = (of: string) =>
        given.records.uploads.fail({
          uploadId: upload.id,
          failure,
          delivery: delivery(of),
          now: NOW,
        });
      expect(await fail("one")).toBe(true);
      expect(await fail("two")).toBe(false);
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      const known = await given.records.uploads.byIdentity(id, identityOf("a"));
      expect(known).toMatchObject({ state: "failed", received: 0, failure });
      expect(await given.records.uploads.hasStored(upload.id, { start: 0, length: 100 })).toBe(
        false,
      );
      expect((await given.records.deliveries.due(NOW, 10, [])).map(({ id: of }) => of)).toEqual([
        "one",
      ]);
      const again = await given.reserved(id);
      // Under an id of its own: nothing that is still under way for the old one can touch it.
      expect(again).toMatchObject({ state: "receiving", failure: null, received: 0 });
      expect(again.id).not.toBe(upload.id);
    });

    test("never touches a finished upload", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      await given.finish(upload.id);
      const request = { uploadId: upload.id, failure, delivery: delivery("x"), now: NOW };
      expect(await given.records.uploads.fail(request)).toBe(false);
      await given.records.uploads.forget(upload.id);
      expect(await given.records.photos.byId(upload.id)).toBeDefined();
      expect(await given.records.deliveries.due(NOW, 10, [])).toEqual([]);
    });

    test("a refused chunk is told once, and an upload with bytes goes on", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      await given.record(upload.id, 0, 100);
      for (const of of ["one", "two"]) {
        await given.records.uploads.refuseChunk({
          tokenId: id,
          identity: identityOf("a"),
          failure,
          delivery: delivery(of),
          now: NOW,
        });
      }
      expect((await given.records.deliveries.due(NOW, 10, [])).map(({ id: of }) => of)).toEqual([
        "one",
      ]);
      const known = await given.records.uploads.byIdentity(id, identityOf("a"));
      expect(known).toMatchObject({ state: "receiving", received: 100 });
    });

    test("a chunk refused before anything came is a failed upload that holds no use", async () => {
      const { id } = await given.addToken();
      const request = { tokenId: id, identity: identityOf("a"), failure, now: NOW };
      await given.records.uploads.refuseChunk({ ...request, delivery: null });
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      const known = await given.records.uploads.byIdentity(id, identityOf("a"));
      expect(known?.state).toBe("failed");
    });
  });
}

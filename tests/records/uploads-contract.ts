import { describe, expect, test } from "bun:test";
import type { Upload, UploadChange, UploadState } from "../../src/records/records.ts";
import {
  decided,
  delivery,
  FAILURE,
  type Given,
  identityOf,
  MINUTE,
  newUpload,
  NOW,
  photoOf,
  required,
} from "./given.ts";

const to = (state: UploadState): UploadChange => ({
  kind: "update",
  set: { state },
});

const begin = () => decided(null, { kind: "begin", upload: newUpload("done") });

export function uploadsContract(name: string, given: Given): void {
  /** Applies these changes to an upload, whatever it is. */
  const change = (upload: Upload, ...changes: UploadChange[]) =>
    given.records.uploads.transact({ id: upload.id }, NOW + 1, () => decided(null, ...changes));
  const byId = (upload: Upload) => given.records.uploads.byId(upload.id);

  describe(`${name}: a transaction`, () => {
    test("begins an upload with what it is given", async () => {
      const { id } = await given.addToken();
      const wanted = { ...newUpload("a"), clientInfo: { a: "1" }, sealedToken: "sealed" };
      const key = { tokenId: id, identity: identityOf("a") };
      const { value, upload } = await given.records.uploads.transact(key, NOW, (view) =>
        decided(view.upload, { kind: "begin", upload: wanted }),
      );
      expect(value).toBeUndefined();
      const begun = required(upload);
      expect(begun).toEqual({
        ...wanted,
        id: begun.id,
        tokenId: id,
        createdAt: NOW,
        lastByteAt: NOW,
        keptUntil: null,
      });
      expect(await byId(begun)).toEqual(begun);
      expect(await given.records.uploads.byIdentity(id, identityOf("a"))).toEqual(begun);
      const again = await given.records.uploads.transact(key, NOW, (view) => decided(view.upload));
      expect(again).toEqual({ value: begun, upload: begun, photo: undefined });
    });

    test("finds nothing for a whole file, which has no identity", async () => {
      const { id } = await given.addToken({ maxUploads: 9 });
      const one = await given.whole(id);
      expect((await given.whole(id)).id).not.toBe(one.id);
      expect(await byId(one)).toMatchObject({ identity: null, received: 250, lease: "process" });
    });

    test("writes nothing where nothing is decided, or the decision throws", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      const same = await given.records.uploads.transact({ id: upload.id }, NOW + 9, () =>
        decided("value"),
      );
      expect(same).toEqual({ value: "value", upload, photo: undefined });
      const thrown = given.records.uploads.transact({ id: upload.id }, NOW + 9, () => {
        throw new Error("undecided");
      });
      await expect(thrown).rejects.toThrow("undecided");
      expect(await byId(upload)).toEqual(upload);
    });

    test("changes what it says, and answers the upload as it is then", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      const set = { state: "finalizing", lease: "one", lastByteAt: NOW + 7, received: 3 } as const;
      const made = await change(upload, { kind: "update", set });
      expect(made.upload).toEqual({ ...upload, ...set });
      expect(await byId(upload)).toEqual(required(made.upload));
      const back = { state: "receiving", lease: null } as const;
      const released = await change(upload, { kind: "update", set: back });
      expect(released.upload).toEqual({ ...upload, ...set, ...back });
    });

    test("applies its changes in their order: a whole file begins and becomes a photo at once", async () => {
      const { id } = await given.addToken();
      const whole = { ...newUpload("w"), identity: null, received: 250 };
      const key = { tokenId: id, identity: null };
      const { upload, photo } = await given.records.uploads.transact(key, NOW, () =>
        decided(
          null,
          { kind: "begin", upload: whole },
          { kind: "extra", extra: { a: "1" } },
          photoOf(),
        ),
      );
      expect(upload).toMatchObject({ state: "finished", received: 250, identity: null });
      expect(photo?.original).toMatchObject({ uploadId: required(upload).id, file: whole.file });
      expect(await given.records.uploads.extra(required(upload).id)).toEqual({ a: "1" });
    });

    test("writes all its changes or none", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      const wrong = change(upload, { kind: "extra", extra: { a: "1" } }, photoOf(), photoOf());
      await expect(wrong).rejects.toThrow("finished");
      expect(await byId(upload)).toEqual(upload);
      expect(await given.records.uploads.extra(upload.id)).toEqual({});
      expect(await given.records.photos.byUpload(upload.id)).toBeUndefined();
      expect((await given.records.tokens.byId(id))?.consumed).toBe(0);
    });

    test("of a wrong decision changes nothing and throws", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      const done = await given.reserved(id, "done");
      await given.finish(done.id);
      const failed = await given.reserved(id, "failed");
      await given.fail(failed.id);
      const receiving = await given.reserved(id, "receiving");
      for (const [upload, wrong] of [
        [done, to("failed")],
        [done, to("receiving")],
        [done, photoOf()],
        [failed, to("receiving")],
        [failed, to("finalizing")],
        [failed, photoOf()],
        [receiving, to("finished")],
      ] as const) {
        const before = await byId(upload);
        await expect(change(upload, wrong)).rejects.toThrow(`Upload ${upload.id} is`);
        expect(await byId(upload)).toEqual(required(before));
      }
      const { uploads } = given.records;
      const known = { tokenId: id, identity: identityOf("done") };
      await expect(uploads.transact(known, NOW, begin)).rejects.toThrow("begun anew");
      await expect(uploads.transact({ id: done.id }, NOW, begin)).rejects.toThrow("with a token");
      await expect(uploads.transact({ id: 999 }, NOW, () => decided(0, photoOf()))).rejects.toThrow(
        "no upload",
      );
      expect((await given.records.tokens.byId(id))?.consumed).toBe(1);
    });

    test("adds extra parameters, the newer value of a name winning, and none where they are too many", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      await given.record(upload.id, 0, 100, NOW, { a: "1", b: "1" });
      await change(upload, { kind: "extra", extra: { b: "2" } });
      await change(upload, { kind: "extra", extra: { c: "x".repeat(70_000) } });
      expect(await given.records.uploads.extra(upload.id)).toEqual({ a: "1", b: "2" });
    });
  });

  describe(`${name}: making a photo`, () => {
    test("takes its token's word for what the photo is, and consumes a use", async () => {
      const album = await given.addAlbum();
      const words = { title: "T", description: "D", tags: "t", albumId: `${album.id}`, userId: 4 };
      const when = { publish: false, publishDate: NOW + 5, absoluteUrl: "http://x/" };
      const token = await given.addToken({ ...words, ...when });
      const sealed = { ...newUpload("a"), sealedToken: "sealed" };
      const key = { tokenId: token.id, identity: identityOf("a") };
      const { upload } = await given.records.uploads.transact(key, NOW, () =>
        decided(null, { kind: "begin", upload: sealed }),
      );
      const { id, file } = required(upload);
      await given.record(id, 0, 250);
      await change(required(upload), {
        kind: "update",
        set: { state: "finalizing", lease: "one" },
      });
      const first = required(
        await given.finish(id, { delivery: delivery("one"), extra: { a: "1" }, now: NOW + 7 }),
      );
      const second = await given.finish(id, { delivery: delivery("two"), now: NOW + 8 });
      expect([first.first, second]).toEqual([true, { ...first, first: false }]);
      const { photo } = first;
      const { publish: published, ...rest } = when;
      expect(photo).toEqual({
        ...words,
        ...rest,
        published,
        id: photo.id,
        treeId: 1 + (photo.id % 9),
        token: `secret-${photo.id}`,
        tokenId: token.id,
        createdAt: NOW + 7,
        updatedAt: null,
        deletedAt: null,
        takenAt: null,
        original: {
          id: photo.original.id,
          photoId: photo.id,
          version: 1,
          uploadId: id,
          file,
          filename: "a.png",
          type: "image/png",
          size: 250,
          createdAt: NOW + 7,
          sha256: null,
        },
      });
      expect(first.upload).toMatchObject({
        state: "finished",
        lease: null,
        sealedToken: null,
        lastByteAt: NOW + 7,
      });
      expect(await given.records.uploads.byId(id)).toEqual(first.upload);
      expect(await given.records.photos.byId(photo.id)).toEqual(photo);
      expect(await given.records.photos.byUpload(id)).toEqual(photo);
      expect((await given.records.tokens.byId(token.id))?.consumed).toBe(1);
      expect(await given.due(NOW + 9)).toEqual(["one"]);
      expect(await given.records.uploads.extra(id)).toEqual({ a: "1" });
    });

    test("tells what the photo is in its callback", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      const made = await change(upload, {
        ...photoOf(),
        delivery: (photo) => ({ ...delivery("one"), url: `http://x/${photo.id}/${photo.token}` }),
      } as UploadChange);
      const [due] = await given.records.deliveries.due(NOW + 1, 1, []);
      expect(due?.url).toBe(`http://x/${made.photo?.id}/${made.photo?.token}`);
    });

    test("is not done where its token was revoked, or no use is left", async () => {
      const { id } = await given.addToken();
      const revoked = await given.reserved(id);
      await given.records.tokens.revoke(id, NOW);
      expect(await given.finish(revoked.id)).toBeUndefined();
      const { id: busy } = await given.addToken();
      const early = await given.reserved(busy, "b");
      const late = await given.reserved(busy, "c", NOW + 6 * MINUTE);
      const finishing = { now: NOW + 7 * MINUTE, delivery: delivery("x") };
      expect(await given.finish(early.id, finishing)).toBeUndefined();
      await given.finish(late.id, { now: NOW + 7 * MINUTE });
      expect(await given.finish(early.id, finishing)).toBeUndefined();
      expect(await given.finish(999)).toBeUndefined();
      expect((await given.records.photos.list({ offset: 0, limit: 9 })).total).toBe(1);
      expect((await given.records.tokens.byId(busy))?.consumed).toBe(1);
      expect(await given.due(NOW + 9 * MINUTE)).toEqual([]);
    });

    test("gives ids that are the photos' own, and none twice", async () => {
      const { id } = await given.addToken({ maxUploads: 9 });
      for (const of of ["x", "y", "z"]) await given.reserved(id, of);
      expect(await given.records.leftovers.lastPhotoId()).toBe(0);
      const one = required(await given.finish((await given.reserved(id, "z")).id)).photo;
      const two = required(await given.finish((await given.reserved(id, "x")).id)).photo;
      expect([one.id, two.id, two.original.id]).toEqual([1, 2, 2]);
      expect(await given.records.leftovers.lastPhotoId()).toBe(2);
    });
  });

  /** An upload that is to replace this photo's original. */
  async function replacing(replaces: number): Promise<Upload> {
    const { id } = await given.addToken({ title: "Another" });
    return given.whole(id, { replaces, filename: "better.png", file: crypto.randomUUID() });
  }

  describe(`${name}: replacing a photo's original`, () => {
    test("gives it another version of its bytes, and keeps all else of it", async () => {
      const { id } = await given.addToken({ title: "T" });
      const old = required(await given.finish((await given.reserved(id)).id)).photo;
      const upload = await replacing(old.id);
      expect(upload.replaces).toBe(old.id);
      const made = required(
        await given.finish(upload.id, { now: NOW + 5, size: 9, delivery: delivery("one") }),
      );
      expect(made.photo).toEqual({
        ...old,
        updatedAt: NOW + 5,
        original: {
          id: made.photo.original.id,
          photoId: old.id,
          version: 2,
          uploadId: upload.id,
          file: upload.file,
          filename: "better.png",
          type: "image/png",
          size: 9,
          createdAt: NOW + 5,
          sha256: null,
        },
      });
      expect(made.photo.original.id).toBeGreaterThan(old.original.id);
      expect((await given.records.tokens.byId(upload.tokenId))?.consumed).toBe(1);
      const { photos } = given.records;
      // Whoever asks for the upload of the first version gets the photo as it is now.
      for (const of of [old.original.uploadId, upload.id]) {
        expect(await photos.byUpload(of)).toEqual(made.photo);
      }
      expect(await photos.byId(old.id)).toEqual(made.photo);
      expect(await photos.list({ offset: 0, limit: 9 })).toEqual({
        photos: [made.photo],
        total: 1,
      });
      const third = required(await given.finish((await replacing(old.id)).id));
      expect(third.photo.original.version).toBe(3);
      expect(await given.due(NOW + 5)).toEqual(["one"]);
    });

    test("by a file that was replaced since, and comes anew, is another upload of the same identity", async () => {
      const old = required(
        await given.finish((await given.reserved((await given.addToken()).id)).id),
      );
      const token = await given.addToken({ maxUploads: 9 });
      const key = { tokenId: token.id, identity: identityOf("again") };
      const begun = (replaces: number | null) =>
        given.records.uploads.transact(key, NOW, () =>
          decided(null, { kind: "begin", upload: { ...newUpload("again"), replaces } }),
        );
      const one = required((await begun(old.photo.id)).upload);
      await given.finish(one.id, { delivery: delivery("one") });
      const between = required(await given.finish((await replacing(old.photo.id)).id));
      const { upload, photo } = await begun(old.photo.id);
      const two = required(upload);
      expect([two.id > one.id, photo]).toEqual([true, undefined]);
      expect(await given.records.uploads.byIdentity(token.id, key.identity)).toEqual(two);
      // It stays, and is asked about by nobody.
      expect(await byId(one)).toMatchObject({ state: "finished", identity: null });
      const made = required(await given.finish(two.id, { delivery: delivery("two") })).photo;
      expect(made.original).toMatchObject({ uploadId: two.id, version: 4 });
      expect(between.photo.original.version).toBe(3);
      expect((await given.due(NOW + 9)).toSorted()).toEqual(["one", "two"]);
      expect((await given.records.tokens.byId(token.id))?.consumed).toBe(2);
    });

    test("of a photo that is not there is refused", async () => {
      await expect(replacing(999)).rejects.toThrow();
    });
  });

  describe(`${name}: failing`, () => {
    test("gives the use back, deletes the chunks and tells once", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      await given.record(upload.id, 0, 100);
      await change(upload, { kind: "update", set: { lease: "one", sealedToken: "sealed" } });
      expect(await given.fail(upload.id, delivery("one"), NOW + 3)).toBe(true);
      expect(await given.fail(upload.id, delivery("two"))).toBe(false);
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      expect(await byId(upload)).toEqual({
        ...upload,
        state: "failed",
        received: 0,
        lastByteAt: NOW + 3,
        failure: FAILURE,
      });
      expect(await given.records.chunks.has(upload.id, { start: 0, length: 100 })).toBe(false);
      expect(await given.due(NOW + 3)).toEqual(["one"]);
    });

    test("and beginning anew makes another upload, of which nothing is told again", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      await given.record(upload.id, 0, 100);
      await given.fail(upload.id, delivery("one"));
      const again = await given.reserved(id);
      // Under an id and a name of its own: nothing that is still under way for the old one can touch it.
      expect(again).toMatchObject({ state: "receiving", failure: null, received: 0 });
      expect(again.id).toBeGreaterThan(upload.id);
      expect(again.file).not.toBe(upload.file);
      expect(await byId(upload)).toBeUndefined();
      await given.fail(again.id, delivery("two"));
      expect(await given.due(NOW)).toEqual(["one"]);
    });

    test("never touches a finished upload", async () => {
      const upload = await given.reserved((await given.addToken()).id);
      await given.finish(upload.id);
      expect(await given.fail(upload.id, delivery("x"))).toBe(false);
      await given.records.leftovers.delete(upload.id);
      expect(await given.records.leftovers.end([upload.id])).toEqual(new Set());
      expect(await given.records.photos.byUpload(upload.id)).toBeDefined();
      expect(await given.due(NOW)).toEqual([]);
    });

    test("a refused chunk is told once, and an upload with bytes goes on", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      await given.record(upload.id, 0, 100);
      for (const of of ["one", "two"]) await given.refuse(id, "a", delivery(of));
      expect(await given.due(NOW)).toEqual(["one"]);
      expect(await byId(upload)).toMatchObject({ state: "receiving", received: 100 });
    });

    test("a chunk refused before anything came is a failed upload that holds no use", async () => {
      const { id } = await given.addToken();
      await given.refuse(id, "a", delivery("one"));
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      const known = await given.records.uploads.byIdentity(id, identityOf("a"));
      expect(known).toMatchObject({ state: "failed", failure: FAILURE });
      expect(await given.due(NOW)).toEqual(["one"]);
    });

    test("tells of a photo and of a failure, whichever comes first", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      const upload = await given.reserved(id);
      await given.refuse(id, "a", delivery("one"));
      await given.finish(upload.id, { delivery: delivery("two") });
      const other = await given.reserved(id, "b");
      await given.finish(other.id, { delivery: delivery("three") });
      await given.refuse(id, "b", delivery("four"));
      expect((await given.due(NOW)).toSorted()).toEqual(["four", "one", "three", "two"]);
    });
  });
}

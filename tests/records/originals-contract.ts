import { describe, expect, test } from "bun:test";
import { decided, newUpload, NOW, photoOf, required, type Given } from "./given.ts";

/** Originals, for those who hash and verify them; and hashes that uploaders say. */
export function originalsContract(name: string, given: Given): void {
  async function made(of: string): Promise<number> {
    const { id } = await given.addToken({ maxUploads: 9 });
    return required(await given.finish((await given.reserved(id, of)).id)).photo.id;
  }

  async function replace(photoId: number): Promise<number> {
    const { tokenId } = required(await given.records.photos.byId(photoId));
    const upload = { ...newUpload(`r${photoId}`), replaces: photoId };
    const key = { tokenId, identity: upload.identity };
    const begun = await given.records.uploads.transact(key, NOW, () =>
      decided(undefined, { kind: "begin", upload }),
    );
    const done = await given.records.uploads.transact({ id: required(begun.upload).id }, NOW, () =>
      decided(undefined, photoOf()),
    );
    return required(done.photo).original.id;
  }

  const remove = (photoId: number) =>
    given.records.photos.transact(photoId, NOW, () => ({
      changes: [{ kind: "remove" }],
      value: undefined,
    }));
  const after = async (id: number, limit: number, unhashed: boolean) => {
    const slice = await given.records.originals.after(id, limit, unhashed);
    return slice && [slice.last, ...slice.originals.map((original) => original.photoId)];
  };

  describe(`${name}: originals`, () => {
    test("are those that photos have now, in slices by id", async () => {
      const [a, b, c] = [await made("a"), await made("b"), await made("c")];
      expect(await given.records.originals.lastId()).toBe(3);
      expect(await after(0, 2, false)).toEqual([2, a, b]);
      expect(await after(2, 2, false)).toEqual([3, c]);
      expect(await after(3, 2, false)).toBeUndefined();
      // One that was replaced is passed over, and a slice without others is no end.
      const replaced = await replace(a);
      expect(await after(0, 1, false)).toEqual([1]);
      expect(await after(0, 9, false)).toEqual([replaced, b, c, a]);
      expect(await given.records.originals.byId(1)).toBeUndefined();
      expect(await given.records.originals.byId(replaced)).toMatchObject({ photoId: a });
      await remove(b);
      expect(await given.records.originals.byId(2)).toBeUndefined();
      expect(await after(0, 9, false)).toEqual([replaced, c, a]);
      expect(await given.records.originals.total()).toEqual({ count: 2, bytes: 500 });
    });

    test("are found without a hash, which is noted once", async () => {
      const [a, b] = [await made("a"), await made("b")];
      await given.records.originals.noteHash(1, "one");
      await given.records.originals.noteHash(1, "two");
      expect((await given.records.photos.byId(a))?.original.sha256).toBe("one");
      expect(await after(0, 9, true)).toEqual([2, b]);
      expect(await given.records.originals.byId(2)).toEqual({
        id: 2,
        photoId: b,
        treeId: 1 + (b % 9),
        file: expect.any(String),
        size: 250,
        sha256: null,
      });
      await given.records.originals.noteHash(2, "three");
      expect(await after(0, 9, true)).toBeUndefined();
    });

    test("of a photo may have a hash from the beginning", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      const { photo } = await given.records.uploads.transact({ id: upload.id }, NOW, () => {
        const change = photoOf();
        if (change.kind !== "photo") throw new Error("no photo");
        const original = { ...change.original, sha256: "known" };
        return decided(undefined, { ...change, original });
      });
      expect(photo?.original.sha256).toBe("known");
    });

    test("and files that wait for their removal may lie in a photo's folder", async () => {
      const a = await made("a");
      const files = async () =>
        (await given.records.originals.filesOf(a)).map(({ file }) => file).toSorted();
      const first = required(await given.records.photos.byId(a)).original.file;
      expect(await files()).toEqual([first]);
      await replace(a);
      const second = required(await given.records.photos.byId(a)).original.file;
      expect(await files()).toEqual([first, second].toSorted());
      await remove(a);
      expect(await files()).toEqual([first, second].toSorted());
      const removals = (await Array.fromAsync(given.records.removals.before(NOW + 1))).flat();
      await given.records.removals.done(removals.map(({ id }) => id));
      expect(await files()).toEqual([]);
    });
  });

  test(`${name}: hashes that are said of an upload add up, and do not contradict each other`, async () => {
    const { id: tokenId } = await given.addToken();
    const { id } = await given.reserved(tokenId);
    const { uploads } = given.records;
    expect(await uploads.digests(id)).toEqual({});
    expect(await uploads.noteDigests(id, { "sha-256": "a" })).toBe(true);
    expect(await uploads.noteDigests(id, { "sha-256": "a" })).toBe(true);
    expect(await uploads.noteDigests(id, { "sha-512": "c", "sha-256": "b" })).toBe(false);
    expect(await uploads.digests(id)).toEqual({ "sha-256": "a" });
    expect(await uploads.noteDigests(id, { "sha-512": "c" })).toBe(true);
    expect(await uploads.digests(id)).toEqual({ "sha-256": "a", "sha-512": "c" });
    // One that is begun anew has been told nothing.
    await given.fail(id);
    const again = await given.reserved(tokenId);
    expect(await uploads.digests(again.id)).toEqual({});
  });
}

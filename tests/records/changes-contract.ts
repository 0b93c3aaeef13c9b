import { describe, expect, test } from "bun:test";
import type {
  NewUpload,
  Photo,
  PhotoChange,
  PhotoMetadata,
  TokenChange,
  Upload,
} from "../../src/records/records.ts";
import { decided, identityOf, newUpload, NOW, photoOf, required, type Given } from "./given.ts";

const rest = async <Slice>(slices: AsyncIterable<Slice[]>) =>
  (await Array.fromAsync(slices)).flat();

/** Changes of photos that are there: one by one, and all that came with a token. */
export function changesContract(name: string, given: Given): void {
  const made = async (changes: Parameters<Given["addToken"]>[0] = {}, of = "a") => {
    const token = await given.addToken({ maxUploads: 9, ...changes });
    const upload = await given.reserved(token.id, of);
    const { photo } = required(await given.finish(upload.id));
    return { token, photo, uploadId: upload.id };
  };
  const apply = (id: number, changes: readonly PhotoChange[], now = NOW) =>
    given.records.photos.transact(id, now, () => ({ value: "done", changes }));
  const total = async () => (await given.records.photos.list({ offset: 0, limit: 0 })).total;

  /** Another upload, of another token, that is replacing the bytes of a photo. */
  async function replacing(photo: Photo): Promise<Upload> {
    const token = await given.addToken({ replaces: photo.id });
    const upload: NewUpload = { ...newUpload("r"), replaces: photo.id };
    const key = { tokenId: token.id, identity: identityOf("r") };
    const begun = await given.records.uploads.transact(key, NOW, () =>
      decided(undefined, { kind: "begin", upload }),
    );
    return required(begun.upload);
  }

  const pruneOld = (before: number) =>
    Array.fromAsync(given.records.leftovers.pruneRemoved(before)).then((of) =>
      of.reduce((sum, count) => sum + count, 0),
    );

  const say = async (
    tokenId: number,
    change: TokenChange,
    files: "all" | { identifier: string } | { filename: string } = "all",
  ) => {
    const id = await given.records.updates.add({ tokenId, files, change }, 5);
    if (id === "too many") throw new Error(id);
    return id;
  };
  const carry = (id: number) =>
    given.records.updates.carryOut(id, NOW + 1, (photo, set) =>
      Object.entries(set).every(([key, value]) => photo[key as "title"] === value)
        ? []
        : [{ kind: "update", set }],
    );
  const titles = async (tokenId: number) => {
    const { photos } = await given.records.photos.list({ tokenId, offset: 0, limit: 200 });
    return photos.map(({ title }) => title).toReversed();
  };

  describe(`${name}: one photo`, () => {
    test("has new metadata, and keeps what is not said; when is on record", async () => {
      const { photo } = await made({ title: "old", tags: "kept" });
      const set: Partial<PhotoMetadata> = { title: "new", published: false, publishDate: NOW + 5 };
      const { value, photo: after } = await apply(photo.id, [{ kind: "update", set }], NOW + 1);
      expect([value, after]).toEqual(["done", { ...photo, ...set, updatedAt: NOW + 1 }]);
      expect(await given.records.photos.byId(photo.id)).toEqual(after);
    });

    test("in the trash is in no list, and can be had back as it was", async () => {
      const { photo, token } = await made({ title: "a" });
      const { photo: trashed } = await apply(photo.id, [{ kind: "trash" }], NOW + 1);
      expect(trashed).toEqual({ ...photo, deletedAt: NOW + 1 });
      for (const filter of [{}, { photoId: photo.id }, { tokenId: token.id }]) {
        const page = await given.records.photos.list({ ...filter, offset: 0, limit: 9 });
        expect(page).toEqual({ photos: [], total: 0 });
      }
      expect((await apply(photo.id, [{ kind: "restore" }])).photo).toEqual(photo);
      expect(await total()).toBe(1);
    });

    test("is not changed where the decision throws, or changes nothing", async () => {
      const { photo } = await made();
      const throwing = given.records.photos.transact(photo.id, NOW, () => {
        throw new Error("no");
      });
      await expect(throwing).rejects.toThrow("no");
      expect((await apply(photo.id, [])).photo).toEqual(photo);
      expect(
        await given.records.photos.transact(999, NOW, (of) => ({ value: of, changes: [] })),
      ).toEqual({ value: undefined, photo: undefined });
      await expect(apply(999, [{ kind: "trash" }])).rejects.toThrow("999");
    });

    test("that is removed leaves its file on the list, its upload, and nothing else", async () => {
      const { photo, uploadId, token } = await made();
      const { file, size } = photo.original;
      expect((await apply(photo.id, [{ kind: "remove" }], NOW + 5)).photo).toBeUndefined();
      const { records } = given;
      expect(await records.photos.byId(photo.id)).toBeUndefined();
      expect(await records.photos.byUpload(uploadId)).toBeUndefined();
      expect(await total()).toBe(0);
      const removal = {
        id: expect.any(Number),
        treeId: photo.treeId,
        photoId: photo.id,
        file,
        size,
      };
      expect(await rest(records.removals.before(NOW + 6))).toEqual([removal]);
      expect(await rest(records.removals.before(NOW + 5))).toEqual([]);
      expect(await records.removals.ofPhoto(photo.id)).toEqual([removal]);
      expect(await records.removals.among([file, "other"])).toEqual(new Set([file]));
      expect(await records.uploads.byId(uploadId)).toMatchObject({ state: "finished" });
      expect(await records.tokens.byId(token.id)).toMatchObject({ consumed: 1 });
      await records.removals.done([(await records.removals.ofPhoto(photo.id))[0]?.id ?? 0]);
      expect(await rest(records.removals.before(NOW * 2))).toEqual([]);
    });

    test("that is removed ends uploads that would have replaced its bytes, and no others", async () => {
      const { photo, token } = await made();
      const under = await replacing(photo);
      const other = await given.reserved(token.id, "other");
      await apply(photo.id, [{ kind: "remove" }]);
      expect(await given.records.uploads.byId(under.id)).toMatchObject({
        state: "failed",
        replaces: null,
        failure: { code: "no_such_photo" },
      });
      expect(await given.records.uploads.byId(other.id)).toMatchObject({ state: "receiving" });
    });

    test("whose bytes were replaced before has every file on the list, once", async () => {
      const { photo } = await made();
      const upload = await replacing(photo);
      await given.record(upload.id, 0, 250);
      await given.records.uploads.transact({ id: upload.id }, NOW + 1, () =>
        decided(undefined, photoOf()),
      );
      await apply(photo.id, [{ kind: "remove" }], NOW + 2);
      const files = (await given.records.removals.ofPhoto(photo.id)).map(({ file }) => file);
      expect(files.toSorted()).toEqual([photo.original.file, upload.file].toSorted());
    });

    test("that came into the trash or onto the list by a clock that was ahead, came now", async () => {
      const [one, two] = [(await made()).photo, (await made()).photo];
      await apply(one.id, [{ kind: "trash" }], NOW + 1e9);
      await apply(two.id, [{ kind: "remove" }], NOW + 1e9);
      const { photos, removals } = given.records;
      expect(await photos.trashedBefore(NOW + 1, 9)).toEqual([]);
      expect(await Array.fromAsync(photos.clampTrash(NOW))).toEqual([1]);
      expect(await Array.fromAsync(removals.clampFuture(NOW))).toEqual([1]);
      expect(await photos.trashedBefore(NOW + 1, 9)).toEqual([one.id]);
      expect(await photos.trashedBefore(NOW, 9)).toEqual([]);
      expect(await rest(removals.before(NOW + 1))).toHaveLength(1);
    });
  });

  describe(`${name}: what is left of removed photos`, () => {
    test("goes when it is old and the token has expired: the upload, and a token that has nothing else", async () => {
      const { photo, uploadId, token } = await made();
      await apply(photo.id, [{ kind: "remove" }], NOW + 5);
      expect(await pruneOld(NOW + 5)).toBe(0);
      // The photo was removed long before, but its token may be redeemed still.
      expect(await pruneOld(token.validUntil)).toBe(0);
      expect(await pruneOld(token.validUntil + 1)).toBe(1);
      expect(await given.records.uploads.byId(uploadId)).toBeUndefined();
      expect(await given.records.tokens.byId(token.id)).toBeUndefined();
    });

    test("stays where a photo or an upload of its token is left, and the callback is due", async () => {
      const { photo, token } = await made();
      const kept = required(await given.finish((await given.reserved(token.id, "b")).id)).photo;
      await apply(photo.id, [{ kind: "remove" }]);
      expect(await pruneOld(NOW * 2)).toBe(1);
      expect(await given.records.tokens.byId(token.id)).toBeDefined();
      expect(await given.records.photos.byId(kept.id)).toEqual(kept);
      await given.pendingOf(["told"]);
      const [{ id = 0 } = {}] = (await given.records.photos.list({ offset: 0, limit: 1 })).photos;
      await apply(id, [{ kind: "remove" }]);
      expect(await pruneOld(NOW * 2)).toBe(0);
      await given.records.deliveries.close("told", "delivered", null, NOW);
      expect(await pruneOld(NOW * 2)).toBe(1);
    });
  });

  describe(`${name}: what is said with a token`, () => {
    test("is on photos that are made from then on; the token itself gives what is said of all", async () => {
      const token = await given.addToken({ maxUploads: 9, title: "0", tags: "kept" });
      await say(token.id, { title: "1", published: false, publishDate: NOW });
      await say(token.id, { title: "b" }, { identifier: "b" });
      await say(token.id, { title: "c" }, { filename: "c.png" });
      for (const of of ["a", "b", "c"]) {
        await given.finish((await given.reserved(token.id, of)).id);
      }
      expect(await titles(token.id)).toEqual(["1", "b", "c"]);
      expect(await given.records.tokens.byId(token.id)).toMatchObject({
        title: "1",
        tags: "kept",
        publish: false,
        publishDate: NOW,
      });
    });

    test("is carried out on those that are there, in slices, and goes on where a process ended", async () => {
      const token = await given.addToken({ maxUploads: 200, title: "0" });
      for (let count = 0; count < 120; count += 1) {
        await given.finish((await given.reserved(token.id, `${count}`)).id);
      }
      const id = await say(token.id, { title: "1" });
      expect(await given.records.updates.unfinished()).toEqual([id]);
      const first = await carry(id);
      expect(first.more).toBe(true);
      expect(first.changed.length).toBeWithin(1, 51);
      expect((await titles(token.id)).filter((title) => title === "1")).toHaveLength(
        first.changed.length,
      );
      expect(await given.records.updates.unfinished()).toEqual([id]);
      while ((await carry(id)).more);
      expect(new Set(await titles(token.id))).toEqual(new Set(["1"]));
      expect(await given.records.updates.unfinished()).toEqual([]);
      expect(await carry(id)).toEqual({ changed: [], more: false });
    });

    test("takes few photos at a time where each gets thousands of tags", async () => {
      const token = await given.addToken({ maxUploads: 50 });
      for (let count = 0; count < 40; count += 1) {
        await given.finish((await given.reserved(token.id, `${count}`)).id);
      }
      const tags = Array.from({ length: 2048 }, (_, tag) => String.fromCharCode(0x4e00 + tag));
      const id = await say(token.id, { tags: tags.join(" ") });
      let changed = 0;
      for (let more = true; more;) {
        const slice = await carry(id);
        // All of them took more than a second, in which nobody else was answered.
        expect(slice.changed.length).toBeLessThan(20);
        changed += slice.changed.length;
        more = slice.more;
      }
      expect(changed).toBe(40);
      const counted = { order: "tag", ascending: true, withoutMachineTags: false } as const;
      const page = { ...counted, publishedAt: undefined, offset: 0, limit: 3000 };
      const { tags: listed } = await given.records.tags.list(page);
      const own = listed.filter(({ tag }) => tags.includes(tag));
      expect([own.length, new Set(own.map(({ photos }) => photos))]).toEqual([2048, new Set([40])]);
    });

    test("later wins, also where the earlier one is carried out behind it", async () => {
      const token = await given.addToken({ maxUploads: 9, title: "0", tags: "0" });
      await given.finish((await given.reserved(token.id, "a")).id);
      const early = await say(token.id, { title: "1", tags: "1" });
      const late = await say(token.id, { title: "2" }, { identifier: "a" });
      await carry(late);
      await carry(early);
      expect((await given.records.photos.list({ offset: 0, limit: 9 })).photos).toMatchObject([
        { title: "2", tags: "1" },
      ]);
    });

    test("is kept for so many single files of a token, and for all of them without a bound", async () => {
      const { id } = await given.addToken();
      for (let count = 0; count < 5; count += 1) {
        await say(id, { title: "x" }, { identifier: `${count}` });
      }
      const one = { tokenId: id, files: { filename: "x" }, change: { title: "x" } };
      expect(await given.records.updates.add(one, 5)).toBe("too many");
      for (let count = 0; count < 9; count += 1) await say(id, { title: `${count}` });
    });

    test("goes when its token has expired, where it was carried out", async () => {
      const { id, validUntil } = await given.addToken();
      const update = await say(id, { title: "x" });
      const prune = (before: number) => Array.fromAsync(given.records.updates.pruneExpired(before));
      expect(await prune(validUntil + 1)).toEqual([0]);
      await carry(update);
      expect(await prune(validUntil)).toEqual([0]);
      expect(await prune(validUntil + 1)).toEqual([1]);
      expect(await prune(validUntil + 1)).toEqual([]);
    });
  });
}

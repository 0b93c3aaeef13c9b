import { describe, expect, test } from "bun:test";
import { directHash, replacingHash } from "../../src/records/direct.ts";
import type { DirectView } from "../../src/records/records.ts";
import { identityOf, newToken, NOW, required, type Given } from "./given.ts";

/** Files that come without a token. */
export function directContract(name: string, given: Given): void {
  const hash = directHash("a");
  const direct = { ...newToken, hash, direct: true, sealedToken: null };
  const at = { hash, identity: identityOf("a") };
  const begin = (token = direct) =>
    given.records.direct.transact(at, () => ({ do: "begin", token }));
  const look = async () => {
    let seen: DirectView | undefined;
    await given.records.direct.transact(at, (view) => {
      seen = view;
      return { do: "nothing" };
    });
    return required(seen);
  };

  describe(`${name}: direct tokens`, () => {
    test("are found under their hash, and listed nowhere", async () => {
      expect(await look()).toEqual({ token: undefined, upload: undefined, photo: undefined });
      const token = required(await begin());
      expect(token).toMatchObject({ direct: true, consumed: 0 });
      expect((await look()).token).toEqual(token);
      expect(await given.records.tokens.byId(token.id)).toEqual(token);
      const other = await given.addToken();
      expect(other.direct).toBe(false);
      expect(await given.records.tokens.list(undefined)).toEqual({ tokens: [other], total: 1 });
    });

    test("are seen with their upload and its photo", async () => {
      const token = required(await begin());
      const upload = await given.reserved(token.id, "a");
      expect(await look()).toEqual({ token, upload, photo: undefined });
      const { photo } = required(await given.finish(upload.id));
      expect((await look()).photo).toEqual(photo);
    });

    test("make way for another one, and keep what came by them", async () => {
      const token = required(await begin());
      const upload = await given.reserved(token.id, "a");
      await given.finish(upload.id);
      const next = required(await begin());
      expect(next.id).not.toBe(token.id);
      expect(await look()).toEqual({ token: next, upload: undefined, photo: undefined });
      expect(await given.records.photos.byUpload(upload.id)).toMatchObject({ tokenId: token.id });
      // And that one for a third.
      expect(required(await begin()).id).not.toBe(next.id);
    });

    test("change as decided", async () => {
      const token = required(await begin());
      const set = { title: "T", publish: false, validUntil: NOW + 9 };
      const changed = await given.records.direct.transact(at, () => ({ do: "go on", set }));
      expect(changed).toEqual({ ...token, ...set });
      expect((await look()).token).toEqual(required(changed));
      const same = await given.records.direct.transact(at, () => ({ do: "go on", set: {} }));
      expect(same).toEqual(required(changed));
      const none = { hash: directHash("none"), identity: null };
      const wrong = given.records.direct.transact(none, () => ({ do: "go on", set }));
      await expect(wrong).rejects.toThrow("no direct token");
    });

    test("are deleted where nothing came by them, and no other token is", async () => {
      const token = required(await begin());
      const other = await given.addToken();
      await given.records.direct.delete(other.id);
      expect(await given.records.tokens.byId(other.id)).toEqual(other);
      await given.reserved(token.id, "a");
      await given.records.direct.delete(token.id);
      expect(await given.records.tokens.byId(token.id)).toBeDefined();
      const unused = required(await begin());
      await given.records.direct.delete(unused.id);
      expect(await given.records.tokens.byId(unused.id)).toBeUndefined();
    });

    test("by which an upload token's photos are replaced are revoked with it, and no others", async () => {
      const owner = await given.addToken();
      const add = (of: number, photo: number) =>
        given.records.tokens.add({ ...direct, hash: replacingHash(of, photo) });
      const its = [await add(owner.id, 1), await add(owner.id, 22)];
      const others = [await add(owner.id * 10 + 1, 1), required(await begin())];
      expect(await given.records.tokens.revoke(owner.id, NOW)).toBe(true);
      const revokedAt = async ({ id }: { id: number }) =>
        (await given.records.tokens.byId(id))?.revokedAt;
      expect(await Promise.all(its.map(revokedAt))).toEqual([NOW, NOW]);
      expect(await Promise.all(others.map(revokedAt))).toEqual([null, null]);
    });
  });

  describe(`${name}: replacing`, () => {
    test("a transaction sees the photo of the token, also in the trash", async () => {
      const old = required(
        await given.finish((await given.reserved((await given.addToken()).id)).id),
      ).photo;
      const token = await given.addToken({ replaces: old.id });
      const upload = await given.reserved(token.id, "b");
      const seen = async () =>
        (
          await given.records.uploads.transact({ id: upload.id }, NOW, ({ replaced }) => ({
            changes: [],
            value: replaced,
          }))
        ).value;
      expect(await seen()).toEqual(old);
      const change = (kind: "trash" | "remove") =>
        given.records.photos.transact(old.id, NOW, () => ({ changes: [{ kind }], value: null }));
      await change("trash");
      expect(await seen()).toMatchObject({ id: old.id, deletedAt: NOW });
      await change("remove");
      expect(await seen()).toBeUndefined();
    });

    test("each original has a place, also one that was replaced, until its photo is removed", async () => {
      const first = await given.reserved((await given.addToken()).id);
      const { photo: old } = required(await given.finish(first.id));
      const token = await given.addToken({ replaces: old.id });
      const second = await given.whole(token.id, { replaces: old.id });
      expect(await given.records.photos.placeOf(second.id)).toBeUndefined();
      await given.finish(second.id, { size: 9 });
      const of = { treeId: old.treeId, photoId: old.id };
      const { photos } = given.records;
      expect(await photos.placeOf(first.id)).toEqual({ ...of, file: first.file, size: 250 });
      expect(await photos.placeOf(second.id)).toEqual({ ...of, file: second.file, size: 9 });
      await photos.transact(old.id, NOW, () => ({ changes: [{ kind: "remove" }], value: null }));
      expect(await photos.placeOf(first.id)).toBeUndefined();
    });
  });
}

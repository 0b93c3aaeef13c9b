import { describe, expect, test } from "bun:test";
import { identityOf, MINUTE, newToken, NOW, type Given } from "./given.ts";

export function tokensContract(name: string, given: Given): void {
  describe(`${name}: keys`, () => {
    const key = { hash: "h", name: "n", level: "write" as const, createdAt: NOW };

    test("are found by hash and id, and revoked once", async () => {
      const added = await given.records.keys.add(key);
      expect(await given.records.keys.byHash("h")).toEqual(added);
      expect(await given.records.keys.byId(added.id)).toEqual(added);
      expect(await given.records.keys.byHash("x")).toBeUndefined();
      expect(await given.records.keys.list()).toEqual([added]);
      expect(await given.records.keys.revoke(added.id, NOW + 1)).toBe(true);
      expect(await given.records.keys.revoke(added.id, NOW + 2)).toBe(false);
      expect(await given.records.keys.revoke(999, NOW)).toBe(false);
      expect((await given.records.keys.byHash("h"))?.revokedAt).toBe(NOW + 1);
    });

    test("a hash is there once, and never read back", async () => {
      const added = await given.records.keys.add(key);
      expect(added).not.toHaveProperty("hash");
      await expect(given.records.keys.add(key)).rejects.toThrow();
    });
  });

  describe(`${name}: upload tokens`, () => {
    test("keep what they were given", async () => {
      const extra = JSON.parse('{"b":"2","a":"1","__proto__":"3"}') as Record<string, string>;
      const wanted = {
        ...newToken,
        hash: "h",
        types: ["image/*"],
        origin: "https://a.example",
        publish: false,
        publishDate: NOW + 5,
        maxSize: 2 ** 40,
        extra,
        sealedToken: "the sealed one",
      };
      const added = await given.records.tokens.add(wanted);
      const { hash, sealedToken, ...rest } = wanted;
      expect(added).toEqual({ ...rest, id: added.id, consumed: 0, revokedAt: null });
      expect(await given.records.tokens.byHash(hash)).toEqual(added);
      expect(await given.records.tokens.byId(added.id)).toEqual(added);
      expect(Object.entries(added.extra)).toEqual(Object.entries(extra));
      expect(added).not.toHaveProperty("hash");
      expect(await given.records.tokens.sealed(added.id)).toBe(sealedToken);
    });

    test("hand out what is sealed to who asks for it alone", async () => {
      const { id } = await given.addToken({ hash: "h", sealedToken: "not for everybody" });
      const { tokens } = given.records;
      const handed = [await tokens.byId(id), await tokens.byHash("h"), await tokens.list(9)];
      expect(JSON.stringify(handed)).not.toContain("not for everybody");
      expect(await tokens.sealed(id + 1)).toBeUndefined();
    });

    test("are listed newest first, and revoked once", async () => {
      const one = await given.addToken();
      const two = await given.addToken();
      expect((await given.records.tokens.list(10)).map(({ id }) => id)).toEqual([two.id, one.id]);
      expect(await given.records.tokens.list(1)).toHaveLength(1);
      expect(await given.records.tokens.revoke(one.id, NOW)).toBe(true);
      expect(await given.records.tokens.revoke(one.id, NOW)).toBe(false);
      expect((await given.records.tokens.byId(one.id))?.revokedAt).toBe(NOW);
    });

    test("free uses are those neither consumed nor reserved", async () => {
      const { id } = await given.addToken({ maxUploads: 3 });
      expect(await given.records.tokens.free(id, NOW)).toBe(3);
      const upload = await given.reserved(id);
      await given.reserved(id, "b");
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      await given.finish(upload.id);
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      expect(await given.records.tokens.free(id, NOW + 5 * MINUTE)).toBe(2);
      expect(await given.records.tokens.free(999, NOW)).toBe(0);
    });
  });

  describe(`${name}: reserving`, () => {
    test("never goes beyond max_uploads", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      await given.reserved(id, "a");
      await given.reserved(id, "b");
      expect(await given.reserve(id, "c")).toEqual({ reserved: false, used: false });
      const whole = { tokenId: id, filename: "w", now: NOW };
      expect(await given.records.uploads.beginWhole(whole)).toEqual({
        reserved: false,
        used: false,
      });
    });

    test("goes on with the same upload", async () => {
      const { id } = await given.addToken();
      const one = await given.reserved(id);
      expect((await given.reserved(id, "a", NOW + MINUTE)).id).toBe(one.id);
      const two = await given.reserved(id, "a", NOW + 4 * MINUTE);
      expect(two.id).toBe(one.id);
      expect(two.identity).toEqual(identityOf("a"));
      // Going on has made it last.
      expect(await given.records.uploads.holdsUse(one.id, NOW + 8 * MINUTE)).toBe(true);
    });

    test("lapses after five minutes, and is had again where there is room", async () => {
      const { id } = await given.addToken();
      const one = await given.reserved(id, "a");
      const late = NOW + 5 * MINUTE;
      expect(await given.records.uploads.holdsUse(one.id, late - 1)).toBe(true);
      expect(await given.reserve(id, "b", late - 1)).toEqual({ reserved: false, used: false });
      expect(await given.records.uploads.holdsUse(one.id, late)).toBe(false);
      await given.reserved(id, "b", late);
      expect(await given.reserve(id, "a", late)).toEqual({ reserved: false, used: false });
      expect((await given.reserved(id, "a", late + 5 * MINUTE)).id).toBe(one.id);
    });

    test("touching keeps it", async () => {
      const { id } = await given.addToken();
      const one = await given.reserved(id);
      await given.records.uploads.touch(one.id, NOW + 4 * MINUTE);
      expect(await given.reserve(id, "b", NOW + 8 * MINUTE)).toEqual({
        reserved: false,
        used: false,
      });
    });

    test("says whether every use is a photo, or others may still give theirs back", async () => {
      const { id } = await given.addToken();
      const one = await given.reserved(id, "a");
      expect(await given.reserve(id, "b")).toEqual({ reserved: false, used: false });
      await given.finish(one.id);
      expect(await given.reserve(id, "b")).toEqual({ reserved: false, used: true });
    });

    test("written by a clock that was ahead holds no longer than one of this moment", async () => {
      const { id } = await given.addToken();
      const ahead = await given.reserved(id, "a", NOW + 2 * 24 * 60 * MINUTE);
      expect(await given.records.uploads.holdsUse(ahead.id, NOW)).toBe(false);
      expect(await given.records.tokens.free(id, NOW)).toBe(1);
      // A clock that is set back by a little takes nothing from uploads under way.
      const { id: other } = await given.addToken();
      const near = await given.reserved(other, "b", NOW + MINUTE);
      expect(await given.records.uploads.holdsUse(near.id, NOW)).toBe(true);
    });

    test("a token knows whether more chunks may come to it", async () => {
      const { id } = await given.addToken();
      const { beginWhole, hasUnfinishedChunked } = given.records.uploads;
      await beginWhole({ tokenId: id, filename: "a.png", now: NOW });
      expect(await hasUnfinishedChunked(id)).toBe(false);
      const { id: other } = await given.addToken();
      const chunked = await given.reserved(other, "a");
      expect(await hasUnfinishedChunked(other)).toBe(true);
      await given.finish(chunked.id);
      expect(await hasUnfinishedChunked(other)).toBe(false);
    });
  });
}

import { describe, expect, test } from "bun:test";
import { NOW, type Given } from "./given.ts";

const DAY = 24 * 60 * 60_000;
const operator = { keyId: null, operatorKey: null };

export function sessionsContract(name: string, given: Given): void {
  const key = (hash: string) =>
    given.records.keys.add({ hash, name: "", level: "write", createdAt: NOW });
  const link = (hash: string, keyId: number | null = null, expiresAt = NOW + 10) =>
    given.records.sessions.addLink({ hash, keyId, createdAt: NOW, expiresAt });
  const prune = async (before: { created: number; seen: number; links: number }) => {
    const slices = await Array.fromAsync(given.records.sessions.prune(before));
    return slices.reduce((sum, count) => sum + count, 0);
  };

  describe(`${name}: sessions`, () => {
    test("a session is found by its hash, with its key as it is now", async () => {
      const { sessions, keys } = given.records;
      const { id } = await key("k");
      const begun = await sessions.begin({ keyId: id, operatorKey: null, hash: "a", at: NOW });
      expect(begun).toMatchObject({ keyId: id, createdAt: NOW, seenAt: NOW });
      expect(await sessions.byHash("a")).toEqual(begun);
      expect(begun.key).toEqual({ level: "write", revokedAt: null });
      await keys.revoke(id, NOW + 1);
      expect((await sessions.byHash("a"))?.key).toEqual({ level: "write", revokedAt: NOW + 1 });
      expect(await sessions.byHash("b")).toBeUndefined();
    });

    test("the operator's has no key", async () => {
      const { sessions } = given.records;
      await sessions.begin({ keyId: null, operatorKey: "print", hash: "a", at: NOW });
      expect(await sessions.byHash("a")).toMatchObject({ key: null, operatorKey: "print" });
    });

    test("it is noted when it was used", async () => {
      const { sessions } = given.records;
      const { id } = await sessions.begin({ ...operator, hash: "a", at: NOW });
      await sessions.touch(id, NOW + 5);
      expect(await sessions.byHash("a")).toMatchObject({ createdAt: NOW, seenAt: NOW + 5 });
    });

    test("one ends, or all of an owner, and nobody else's", async () => {
      const { sessions } = given.records;
      const [one, other] = [await key("k"), await key("l")];
      const { id } = await sessions.begin({ ...operator, hash: "a", at: NOW });
      await sessions.begin({ keyId: null, operatorKey: "print", hash: "b", at: NOW });
      await sessions.begin({ keyId: one.id, operatorKey: null, hash: "c", at: NOW });
      await sessions.begin({ keyId: other.id, operatorKey: null, hash: "d", at: NOW });
      expect(await sessions.end(id)).toBe(true);
      expect(await sessions.end(id)).toBe(false);
      expect(await sessions.byHash("a")).toBeUndefined();
      expect(await sessions.endAllOf(one.id)).toBe(1);
      expect(await sessions.byHash("b")).toBeDefined();
      expect(await sessions.endAllOf(null)).toBe(1);
      expect(await sessions.byHash("d")).toBeDefined();
    });

    test("of one owner the newest 100 stay", async () => {
      const { sessions } = given.records;
      await sessions.begin({ keyId: (await key("k")).id, operatorKey: null, hash: "key's", at: 1 });
      for (let each = 0; each <= 100; each += 1) {
        await sessions.begin({ ...operator, hash: `${each}`, at: NOW });
      }
      expect(await sessions.byHash("0")).toBeUndefined();
      expect(await sessions.byHash("1")).toBeDefined();
      expect(await sessions.byHash("100")).toBeDefined();
      expect(await sessions.byHash("key's")).toBeDefined();
    });

    test("a link signs in once, also where many use it at once", async () => {
      const { sessions } = given.records;
      const { id } = await key("k");
      await link("l", id);
      expect(await sessions.linkByHash("l")).toEqual({
        keyId: id,
        createdAt: NOW,
        expiresAt: NOW + 10,
        usedAt: null,
      });
      const tries = Array.from({ length: 10 }, (_, each) =>
        sessions.useLink("l", { hash: `s${each}`, at: NOW + 10 }),
      );
      const begun = (await Promise.all(tries)).filter((session) => session !== undefined);
      expect(begun).toHaveLength(1);
      expect(begun[0]).toMatchObject({ keyId: id, operatorKey: null, createdAt: NOW + 10 });
      expect(await sessions.linkByHash("l")).toMatchObject({ usedAt: NOW + 10 });
    });

    test("a link that is unknown, too old, or of a revoked key signs nobody in", async () => {
      const { sessions, keys } = given.records;
      const { id } = await key("k");
      await link("late");
      await link("revoked", id);
      await keys.revoke(id, NOW);
      for (const [hash, at] of [
        ["none", NOW],
        ["late", NOW + 11],
        ["revoked", NOW],
      ] as const) {
        expect(await sessions.useLink(hash, { hash: `of ${hash}`, at })).toBeUndefined();
        expect(await sessions.byHash(`of ${hash}`)).toBeUndefined();
      }
    });

    test("what has ended is pruned, and nothing else", async () => {
      const { sessions, keys } = given.records;
      const { id } = await key("k");
      await sessions.begin({ ...operator, hash: "old", at: NOW - 2 * DAY });
      const unused = await sessions.begin({ ...operator, hash: "unused", at: NOW });
      await sessions.touch(unused.id, NOW - DAY);
      await sessions.begin({ keyId: id, operatorKey: null, hash: "revoked", at: NOW });
      await sessions.begin({ ...operator, hash: "there", at: NOW });
      await keys.revoke(id, NOW);
      await link("gone", null, NOW - DAY);
      await link("open", null, NOW);
      const { length } = await Promise.all(
        Array.from({ length: 500 }, (_, each) => link(`many ${each}`, null, NOW - DAY)),
      );
      const before = { created: NOW - DAY, seen: NOW - 1, links: NOW };
      expect(await prune(before)).toBe(3 + 1 + length);
      expect(await prune(before)).toBe(0);
      expect(await sessions.byHash("there")).toBeDefined();
      expect(await sessions.linkByHash("open")).toBeDefined();
      for (const hash of ["old", "unused", "revoked"]) {
        expect(await sessions.byHash(hash)).toBeUndefined();
      }
    });
  });
}

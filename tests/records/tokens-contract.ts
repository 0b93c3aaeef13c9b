import { describe, expect, test } from "bun:test";
import type { TokenFilter } from "../../src/records/records.ts";
import { MINUTE, newToken, NOW, type Given } from "./given.ts";

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
        sender: "Ann",
        ask: ["note", "name"] as const,
        passphraseHash: "made slowly",
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
      const handed = [
        await tokens.byId(id),
        await tokens.byHash("h"),
        (await tokens.list(9)).tokens,
      ];
      expect(JSON.stringify(handed)).not.toContain("not for everybody");
      expect(await tokens.sealed(id + 1)).toBeUndefined();
    });

    test("are listed newest first, and revoked once", async () => {
      const one = await given.addToken();
      const two = await given.addToken();
      for (const limit of [10, undefined]) {
        const { tokens, total } = await given.records.tokens.list(limit);
        expect([tokens.map(({ id }) => id), total]).toEqual([[two.id, one.id], 2]);
      }
      const { tokens: newest, total } = await given.records.tokens.list(1);
      expect([newest.map(({ id }) => id), total]).toEqual([[two.id], 2]);
      expect(await given.records.tokens.revoke(one.id, NOW)).toBe(true);
      expect(await given.records.tokens.revoke(one.id, NOW)).toBe(false);
      expect((await given.records.tokens.byId(one.id))?.revokedAt).toBe(NOW);
    });

    test("a page follows another behind its last id, of those alone that meet the filter", async () => {
      const { tokens } = given.records;
      const made: number[] = [];
      // More than are looked at in one slice.
      for (let index = 0; index < 1200; index += 1) {
        const changes = { userId: index % 2, title: index === 3 ? "The lake" : "A party" };
        made.push((await given.addToken(changes)).id);
      }
      await given.addToken({ direct: true, hash: "direct:1", sealedToken: null });
      await tokens.revoke(made[5] ?? 0, NOW);
      const seen: number[] = [];
      let after: number | undefined;
      do {
        const page = await tokens.page({ userId: 1, limit: 200, ...(after && { after }) });
        seen.push(...page.tokens.map(({ id }) => id));
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual(made.filter((_, index) => index % 2 === 1).toReversed());

      const ids = async (filter: Partial<TokenFilter>) => {
        const { tokens: found, next } = await tokens.page({ limit: 9, ...filter });
        return [found.map(({ id }) => id), next];
      };
      expect(await ids({ search: "LAKE th" })).toEqual([[made[3] ?? 0], undefined]);
      expect(await ids({ tokenId: made[7] ?? 0 })).toEqual([[made[7] ?? 0], undefined]);
      expect(await ids({ tokenId: made[7] ?? 0, after: made[7] ?? 0 })).toEqual([[], undefined]);
      const revoked = { is: "revoked", now: NOW } as const;
      expect(await ids({ state: revoked })).toEqual([[made[5] ?? 0], undefined]);
      const expired = { is: "expired", now: NOW * 2 } as const;
      expect((await tokens.page({ limit: 1200, state: expired })).tokens).toHaveLength(1199);
    });

    test("a change is decided by what is true when it is written", async () => {
      const { id } = await given.addToken({ maxUploads: 3 });
      await given.reserved(id);
      const seen: unknown[] = [];
      const changed = await given.records.tokens.transact(id, NOW, ({ token, uses }) => {
        seen.push(token?.maxUploads, uses.reserved);
        return { maxUploads: 5, validUntil: NOW + 7, title: "Another" };
      });
      expect(seen).toEqual([3, 1]);
      expect(changed).toMatchObject({ maxUploads: 5, validUntil: NOW + 7, title: "Another" });
      const refusing = given.records.tokens.transact(id, NOW, () => {
        throw new Error("no");
      });
      await expect(refusing).rejects.toThrow("no");
      expect(await given.records.tokens.byId(id)).toEqual(changed);
      const none = await given.records.tokens.transact(999, NOW, ({ token }) => {
        expect(token).toBeUndefined();
        return {};
      });
      expect(none).toBeUndefined();
    });

    test("uses are what a photo has consumed, what uploads reserve, and what is free", async () => {
      const { id } = await given.addToken({ maxUploads: 3 });
      const uses = (now = NOW) => given.records.tokens.uses(id, now);
      expect(await uses()).toEqual({ consumed: 0, reserved: 0, free: 3 });
      const upload = await given.reserved(id);
      await given.reserved(id, "b");
      expect(await uses()).toEqual({ consumed: 0, reserved: 2, free: 1 });
      await given.finish(upload.id);
      expect(await uses()).toEqual({ consumed: 1, reserved: 1, free: 1 });
      expect(await uses(NOW + 5 * MINUTE)).toEqual({ consumed: 1, reserved: 0, free: 2 });
      const none = { consumed: 0, reserved: 0, free: 0 };
      expect(await given.records.tokens.uses(999, NOW)).toEqual(none);
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
}

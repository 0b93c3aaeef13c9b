import { describe, expect, test } from "bun:test";
import type { Given } from "./given.ts";

const NOW = 1_800_000_000_000;

export function noncesContract(name: string, given: Given): void {
  describe(`${name}: nonces`, () => {
    test("each is used once, also when many try at once", async () => {
      const { nonces } = given.records;
      const tries = Array.from({ length: 10 }, () => nonces.use("a", NOW, 0));
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
      expect(await nonces.use("b", NOW, 0)).toBe(true);
      expect(await nonces.use("a", NOW, 0)).toBe(false);
    });

    test("those signed before a time are forgotten, others are not", async () => {
      const { nonces } = given.records;
      await nonces.use("old", NOW - 1, 0);
      await nonces.use("young", NOW, 0);
      await nonces.use("other", NOW, NOW);
      expect(await nonces.use("young", NOW, NOW)).toBe(false);
      expect(await nonces.use("old", NOW, NOW)).toBe(true);
    });
  });
}

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Problem } from "../../src/problem.ts";
import { nextTurn } from "../../src/slices.ts";
import type { RangeLock, UploadLocks } from "../../src/upload/locks.ts";

/** What every implementation of UploadLocks must do. `create` answers one that nobody uses. */
export function locksContract(name: string, create: () => UploadLocks): void {
  describe(`${name}: who is at work on an upload`, () => {
    test("is alone, or not, until the others have left; leaving twice counts once", () => {
      const locks = create();
      expect(locks.isBusy(1)).toBe(false);
      const one = locks.join(1);
      const other = locks.join(1);
      expect([one.isAlone(), other.isAlone(), locks.isBusy(1), locks.isBusy(2)]).toEqual([
        false,
        false,
        true,
        false,
      ]);
      other[Symbol.dispose]();
      other[Symbol.dispose]();
      expect([one.isAlone(), locks.isBusy(1)]).toEqual([true, true]);
      one[Symbol.dispose]();
      expect(locks.isBusy(1)).toBe(false);
    });

    test("shares what is known of it, and the next ones know nothing of that", () => {
      const locks = create();
      const failure = new Problem("file_not_supported", "no");
      {
        using one = locks.join(1);
        using other = locks.join(1);
        one.shared.failure = failure;
        locks.doubt(1);
        locks.doubt(2);
        expect([other.shared.failure, other.shared.doubts]).toEqual([failure, 1]);
      }
      using later = locks.join(1);
      expect([later.shared.failure, later.shared.doubts]).toEqual([undefined, 0]);
    });
  });

  describe(`${name}: a range`, () => {
    test("is one request's at a time, of one upload", async () => {
      const locks = create();
      using work = locks.join(1);
      using elsewhere = locks.join(2);
      const held = await work.lock({ start: 10, length: 10 }, 0);
      expect(held?.range).toEqual({ start: 10, length: 10 });
      for (const range of [
        { start: 10, length: 10 },
        { start: 0, length: 11 },
        { start: 19, length: 1 },
        { start: 0, length: 100 },
      ]) {
        expect(await work.lock(range, 0)).toBeUndefined();
        expect(await elsewhere.lock(range, 0).then((lock) => lock?.[Symbol.dispose]())).toBe(
          undefined,
        );
      }
      for (const range of [
        { start: 0, length: 10 },
        { start: 20, length: 5 },
      ]) {
        expect((await work.lock(range, 0))?.range).toEqual(range);
      }
      held?.[Symbol.dispose]();
      expect(await work.lock({ start: 10, length: 10 }, 0)).toBeDefined();
    });

    test("is waited for, also where another one is released first, and not for ever", async () => {
      const locks = create();
      using work = locks.join(1);
      const wanted = await work.lock({ start: 0, length: 10 }, 0);
      const other = await work.lock({ start: 10, length: 10 }, 0);
      const waiting = work.lock({ start: 0, length: 10 }, 10_000);
      other?.[Symbol.dispose]();
      await nextTurn();
      wanted?.[Symbol.dispose]();
      expect((await waiting)?.range.start).toBe(0);
      expect(await work.lock({ start: 5, length: 1 }, 5)).toBeUndefined();
    });

    test("grows where nobody writes, and stays as it was elsewhere", async () => {
      const locks = create();
      using work = locks.join(1);
      const lock = await work.lock({ start: 0, length: 10 }, 0);
      const behind = await work.lock({ start: 15, length: 5 }, 0);
      expect([lock?.extend(16), lock?.range.length]).toEqual([false, 10]);
      expect([lock?.extend(15), lock?.range.length]).toEqual([true, 15]);
      behind?.[Symbol.dispose]();
      expect(lock?.extend(20)).toBe(true);
      expect(await work.lock({ start: 19, length: 1 }, 0)).toBeUndefined();
    });

    test("never shares a byte with another one, whatever is asked in whatever order", async () => {
      const step = fc.record({
        start: fc.nat({ max: 50 }),
        length: fc.integer({ min: 1, max: 20 }),
        what: fc.constantFrom("lock", "extend", "release"),
        of: fc.nat({ max: 9 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          using work = create().join(1);
          const held: RangeLock[] = [];
          for (const { start, length, what, of } of steps) {
            const one = held[of % Math.max(1, held.length)];
            if (what === "lock") {
              const lock = await work.lock({ start, length }, 0);
              if (lock) held.push(lock);
            } else if (one && what === "extend") one.extend(one.range.length + length);
            else if (one) {
              one[Symbol.dispose]();
              held.splice(held.indexOf(one), 1);
            }
            const bytes = held.flatMap(({ range }) =>
              Array.from({ length: range.length }, (_, at) => range.start + at),
            );
            expect(new Set(bytes).size).toBe(bytes.length);
          }
        }),
        { numRuns: 300 },
      );
    });
  });
}

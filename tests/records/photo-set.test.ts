import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  addAllTo,
  addTo,
  combined,
  emptySet,
  hasPhoto,
  idsIn,
  setOf,
  setOfList,
  takeFrom,
  union,
} from "../../src/records/sqlite/photo-set.ts";

/** Sets of few ids and of many are what sets of JavaScript are. */

const ids = fc.oneof(
  fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { maxLength: 40 }),
  // Enough to become bits.
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 600, max: 3000 }))
    .map(([step, count]) => Array.from({ length: count }, (_, index) => 1 + index * step)),
);

const sorted = (some: Iterable<number>) => [...some].toSorted((one, other) => one - other);

test("they are put together", () => {
  fc.assert(
    fc.property(
      fc.array(ids, { minLength: 1, maxLength: 4 }),
      fc.array(ids, { maxLength: 3 }),
      (wanted, unwanted) => {
        const [first = [], ...others] = wanted.map((some) => new Set(some));
        const without = unwanted.map((some) => new Set(some));
        const expected = [...first].filter(
          (id) => others.every((set) => set.has(id)) && !without.some((set) => set.has(id)),
        );
        const set = combined(wanted.map(setOf), unwanted.map(setOf));
        expect(sorted(idsIn(set))).toEqual(sorted(expected));
        expect(set.count).toBe(expected.length);
        const added = emptySet();
        for (const some of wanted) addAllTo(added, some);
        expect([sorted(idsIn(added)), added.count]).toEqual([
          sorted(new Set(wanted.flat())),
          new Set(wanted.flat()).size,
        ]);
        const all = union(wanted.map(setOf));
        const any = new Set(wanted.flat());
        expect(sorted(idsIn(all))).toEqual(sorted(any));
        expect(all.count).toBe(any.size);
      },
    ),
  );
});

test("ids come and go", () => {
  fc.assert(
    fc.property(
      ids,
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 9000 }))),
      (begin, changes) => {
        const [set, model] = [setOf(begin), new Set(begin)];
        for (const [comes, id] of changes) {
          (comes ? addTo : takeFrom)(set, id);
          if (comes) model.add(id);
          else model.delete(id);
          expect([hasPhoto(set, id), set.count]).toEqual([comes, model.size]);
        }
        expect(sorted(idsIn(set))).toEqual(sorted(model));
      },
    ),
  );
});

test("the largest ids of a word and of a list are in it", () => {
  const list = new Uint32Array([1, 31, 32, 63, 64, 1_000_000]);
  const set = setOfList(list, 1_000_000);
  expect([idsIn(set), set.count]).toEqual([[...list], 6]);
  expect([0, 2, 33, 999_999, 1_000_001].some((id) => hasPhoto(set, id))).toBe(false);
  expect(idsIn(union([]))).toEqual([]);
  expect(emptySet().count).toBe(0);
});

import { expect, test } from "bun:test";
import { nextTurn } from "../../src/slices.ts";
import { changedPhotos } from "../../src/records/sqlite/changed-photos.ts";
import { photoSets, type Condition } from "../../src/records/sqlite/photo-sets.ts";

/** Photos that take a megabyte as bits. */
const LARGE = [...Array.from({ length: 600 }, (_, index) => index + 1), 8_000_000];

test("sets that are pinned stay, however much else is asked for; of few photos they are not", async () => {
  const sets = photoSets(changedPhotos(), nextTurn);
  const read: string[] = [];
  const condition = (name: string, ids: number[]): Condition => ({
    name,
    slices: function* slices() {
      read.push(name);
      yield ids;
    },
    among: () => [],
  });
  const [first, few] = [condition("first", LARGE), condition("few", [1, 2, 3])];
  expect(await sets.pin(first, LARGE.length)).toBe(true);
  expect(await sets.pin(few, 4)).toBe(false);
  const others = Array.from({ length: 100 }, (_, index) => condition(`other ${index}`, LARGE));
  for (const other of others) await sets.ready(other);
  // 24 MB, and never fewer than 48: the last ones are there, the first ones have gone.
  expect(others.map(sets.current).filter((set) => set !== undefined)).toHaveLength(48);
  expect(sets.current(few)).toBeUndefined();
  expect(sets.current(first)?.count).toBe(LARGE.length);
  expect(read.filter((name) => name === "first")).toHaveLength(1);
});

test("so many are pinned and no more", async () => {
  const sets = photoSets(changedPhotos(), nextTurn);
  const pin = (name: string) => sets.pin({ name, slices: () => [[1]], among: (ids) => ids }, 1);
  for (let index = 0; index < 48; index += 1) expect(await pin(`n${index}`)).toBe(true);
  expect(await pin("one more")).toBeUndefined();
});

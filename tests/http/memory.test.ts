import { describe, expect, test } from "bun:test";
import { createMemoryWatch } from "../../src/http/memory.ts";

const MIB = 1024 * 1024;

/** Everything that is freed is freed by the next collection, which takes `takes` milliseconds. */
function machine() {
  const state = { resident: 100 * MIB, freed: 0, time: 0, takes: 0, collections: 0, looks: 0 };
  const waiting: (() => void)[] = [];
  const watch = createMemoryWatch({
    limit: 500 * MIB,
    resident: () => {
      state.looks += 1;
      return state.resident;
    },
    collect: () => {
      state.collections += 1;
      state.time += state.takes;
      state.resident -= state.freed;
      state.freed = 0;
    },
    uptime: () => state.time,
    later: (run) => void waiting.push(run),
  });
  const isOver = () => {
    const end = watch.begin(1);
    end?.();
    return end === undefined;
  };
  return { state, watch, waiting, isOver };
}

test("below the limit nothing is collected", () => {
  const { state, isOver } = machine();
  state.resident = 500 * MIB;
  expect(isOver()).toBe(false);
  expect(state.collections).toBe(0);
});

test("beyond it what nobody holds is collected first", () => {
  const { state, isOver } = machine();
  Object.assign(state, { resident: 900 * MIB, freed: 600 * MIB });
  expect(isOver()).toBe(false);
  expect(state.collections).toBe(1);
});

test("what is held keeps it over, and it is collected once a second", () => {
  const { state, isOver } = machine();
  state.resident = 900 * MIB;
  for (; state.time < 3000; state.time += 10) expect(isOver()).toBe(true);
  expect(state.collections).toBe(3);
  expect(state.looks).toBeLessThan(200);
  state.resident = 400 * MIB;
  expect(isOver()).toBe(false);
});

test("what gives much back is done again soon, but not most of the time", () => {
  const { state, isOver } = machine();
  state.takes = 50;
  for (; state.time < 3000; state.time += 10) {
    // As much comes as is freed.
    Object.assign(state, { resident: 900 * MIB, freed: 100 * MIB });
    isOver();
  }
  // 50 ms of collecting, and at least 150 of everything else.
  expect(state.collections).toBeGreaterThan(10);
  expect(state.collections).toBeLessThanOrEqual(15);
});

test("when nobody asks any more, it is collected as long as that gives something back", () => {
  const { state, waiting, isOver } = machine();
  state.resident = 900 * MIB;
  expect(isOver()).toBe(true);
  expect(waiting).toHaveLength(1);
  const collectAgain = () => {
    expect(waiting).toHaveLength(1);
    waiting.pop()?.();
  };
  // The ends of its connections are noticed late.
  for (let vain = 0; vain < 3; vain += 1) collectAgain();
  state.freed = 600 * MIB;
  collectAgain();
  expect(state.resident).toBe(300 * MIB);
  for (let vain = 0; vain < 5; vain += 1) collectAgain();
  expect(waiting).toHaveLength(0);
  // And again after the next flood.
  Object.assign(state, { resident: 900 * MIB, time: 9000 });
  isOver();
  expect(waiting).toHaveLength(1);
});

/** How many bodies may begin, one behind the other. */
function begun(begin: () => unknown): number {
  for (let count = 0; ; count += 1) if (count === 9999 || !begin()) return count;
}

describe("bodies that begin together", () => {
  test("count with what each may bring, which nobody can see yet", () => {
    const { watch, waiting } = machine();
    const ends: (() => void)[] = [];
    const begin = () => {
      const end = watch.begin(undefined);
      if (end) ends.push(end);
      return end;
    };
    // 400 MiB are left.
    expect(begun(begin)).toBe(400);
    // Those that are over bring nothing more; to say it twice changes nothing.
    for (const end of ends.splice(0, 50)) {
      end();
      end();
    }
    expect(begun(begin)).toBe(50);
    // What the others bring has been seen after some turns: they count no more, also when they end.
    for (let turn = 0; turn < 4; turn += 1) for (const run of waiting.splice(0)) run();
    expect(begun(begin)).toBe(400);
    for (const end of ends.splice(0)) end();
    expect(begun(begin)).toBe(400);
  });

  test("count as long as they are", () => {
    const [{ watch }, { watch: other }] = [machine(), machine()];
    expect(begun(() => watch.begin(MIB / 2))).toBe(800);
    expect(begun(() => other.begin(1000))).toBe(9999);
    for (const none of [Number.NaN, -1e9]) expect(watch.begin(none)).toBeUndefined();
  });

  test("one alone may begin, and others wait for nothing but it: what nobody holds is collected", () => {
    const { state, watch } = machine();
    Object.assign(state, { resident: 500 * MIB, freed: 0 });
    const end = watch.begin(undefined);
    expect(end).toBeDefined();
    expect([watch.begin(undefined), state.collections]).toEqual([undefined, 1]);
    Object.assign(state, { freed: 300 * MIB, time: 2000 });
    expect(watch.begin(undefined)).toBeDefined();
    expect(state.collections).toBe(2);
  });

  test("let nothing run on when all of them are over", () => {
    const { watch, waiting } = machine();
    watch.begin(undefined)?.();
    expect(waiting).toHaveLength(1);
    for (const run of waiting.splice(0)) run();
    expect(waiting).toEqual([]);
  });
});

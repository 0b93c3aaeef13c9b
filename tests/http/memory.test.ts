import { expect, test } from "bun:test";
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
  return { state, watch, waiting };
}

test("below the limit nothing is collected", () => {
  const { state, watch } = machine();
  state.resident = 500 * MIB;
  expect(watch.isOver()).toBe(false);
  expect(state.collections).toBe(0);
});

test("beyond it what nobody holds is collected first", () => {
  const { state, watch } = machine();
  Object.assign(state, { resident: 900 * MIB, freed: 600 * MIB });
  expect(watch.isOver()).toBe(false);
  expect(state.collections).toBe(1);
});

test("what is held keeps it over, and it is collected once a second", () => {
  const { state, watch } = machine();
  state.resident = 900 * MIB;
  for (; state.time < 3000; state.time += 10) expect(watch.isOver()).toBe(true);
  expect(state.collections).toBe(3);
  expect(state.looks).toBeLessThan(200);
  state.resident = 400 * MIB;
  expect(watch.isOver()).toBe(false);
});

test("what gives much back is done again soon, but not most of the time", () => {
  const { state, watch } = machine();
  state.takes = 50;
  for (; state.time < 3000; state.time += 10) {
    // As much comes as is freed.
    Object.assign(state, { resident: 900 * MIB, freed: 100 * MIB });
    watch.isOver();
  }
  // 50 ms of collecting, and at least 150 of everything else.
  expect(state.collections).toBeGreaterThan(10);
  expect(state.collections).toBeLessThanOrEqual(15);
});

test("when nobody asks any more, it is collected as long as that gives something back", () => {
  const { state, watch, waiting } = machine();
  state.resident = 900 * MIB;
  expect(watch.isOver()).toBe(true);
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
  watch.isOver();
  expect(waiting).toHaveLength(1);
});

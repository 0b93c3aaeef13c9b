import { expect, test } from "bun:test";
import { createMemoryWatch } from "../../src/http/memory.ts";

function machine() {
  const state = { resident: 100, freed: 0, time: 0, collections: 0, looks: 0 };
  const watch = createMemoryWatch({
    limit: 500,
    resident: () => {
      state.looks += 1;
      return state.resident;
    },
    collect: () => {
      state.collections += 1;
      state.resident -= state.freed;
    },
    uptime: () => state.time,
  });
  return { state, watch };
}

test("below the limit nothing is collected", () => {
  const { state, watch } = machine();
  state.resident = 500;
  expect(watch.isOver()).toBe(false);
  expect(state.collections).toBe(0);
});

test("beyond it what nobody holds is collected first", () => {
  const { state, watch } = machine();
  Object.assign(state, { resident: 900, freed: 600 });
  expect(watch.isOver()).toBe(false);
  expect(state.collections).toBe(1);
});

test("what is held keeps it over, and it is collected once a second", () => {
  const { state, watch } = machine();
  state.resident = 900;
  for (; state.time < 3000; state.time += 10) expect(watch.isOver()).toBe(true);
  expect(state.collections).toBe(3);
  expect(state.looks).toBeLessThan(200);
  state.resident = 400;
  expect(watch.isOver()).toBe(false);
});

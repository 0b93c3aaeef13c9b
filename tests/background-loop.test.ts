import { expect, test } from "bun:test";
import { createBackgroundLoop } from "../src/background-loop.ts";

const ignored = () => undefined;

test("a run goes on alone, and what is rung for meanwhile is one run more", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let [runs, together] = [0, 0];
  const loop = createBackgroundLoop(async () => {
    runs += 1;
    together += 1;
    expect(together).toBe(1);
    await promise;
    together -= 1;
  }, ignored);
  for (let rings = 0; rings < 5; rings += 1) loop.wake();
  expect([runs, loop.isBusy()]).toEqual([1, true]);
  resolve();
  await loop.idle();
  expect([runs, loop.isBusy()]).toEqual([2, false]);
});

test("what is rung for at the end of a run, or by the run itself, is not missed", async () => {
  let left = 3;
  const loop = createBackgroundLoop(async () => {
    left -= 1;
    if (left > 0) loop.wake();
  }, ignored);
  loop.wake();
  await loop.idle();
  expect(left).toBe(0);
  // The moment after the last look of a run, in which it still counts as busy.
  left = 1;
  loop.wake();
  await Promise.resolve();
  loop.wake();
  await loop.idle();
  expect(left).toBe(-1);
});

test("a run that fails is told of and not repeated by itself", async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const loop = createBackgroundLoop(
    async () => {
      runs += 1;
      throw new Error(`run ${runs}`);
    },
    (error) => errors.push(String(error)),
  );
  loop.wake();
  await loop.idle();
  expect(errors).toEqual(["Error: run 1"]);
  loop.wake();
  await loop.idle();
  expect(errors).toEqual(["Error: run 1", "Error: run 2"]);
});

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

test("what is rung for by the run itself, or at any moment of its end, is not missed", async () => {
  let left = 3;
  const ringing = createBackgroundLoop(async () => {
    left -= 1;
    if (left > 0) ringing.wake();
  }, ignored);
  ringing.wake();
  await ringing.idle();
  expect(left).toBe(0);
  let runs = 0;
  const loop = createBackgroundLoop(async () => void (runs += 1), ignored);
  for (let moments = 0; moments < 12; moments += 1) {
    runs = 0;
    loop.wake();
    for (let moment = 0; moment < moments; moment += 1) await Promise.resolve();
    loop.wake();
    await loop.idle();
    expect(runs).toBe(2);
  }
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

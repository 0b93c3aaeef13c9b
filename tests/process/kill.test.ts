import { afterEach, beforeEach, expect, test } from "bun:test";
import { startBackend, type Backend } from "../soak/backend.ts";
import type { ChunkedFile } from "../soak/ledger.ts";
import { startLiving, type Living } from "../soak/living.ts";
import { startLoad } from "../soak/load.ts";
import { readSeed, seeded } from "../soak/random.ts";
import { createRun, restartUnderLoad, verdict } from "../soak/rounds.ts";

/** kill -9 at moments that nobody has chosen, under clients that do not give up. */

const ROUNDS = 12;

let living: Living;
let backend: Backend;
beforeEach(async () => {
  // Slow enough that a callback is often under way when the server dies.
  backend = startBackend(150);
  living = await startLiving();
});
afterEach(async () => {
  await living?.stop();
  await backend.stop();
});

test(`killed at any moment, ${ROUNDS} times: all that was answered holds`, async () => {
  const seed = readSeed();
  // Printed before anything can fail: with REDEEM_TEST_SEED it draws the same again.
  console.log(`kill.test.ts: REDEEM_TEST_SEED=${seed}`);
  const random = seeded(seed);
  const moments = random.fork(1_000_003);
  const { run, further } = createRun(living, { slow: 0.1, givenUp: 0, faulty: false });
  const load = startLoad(run, { backend: backend.url, random, workers: 5, largest: 600_000 });

  const seen = new Set<ChunkedFile>();
  for (let round = 0; round < ROUNDS; round += 1) {
    await further(moments.between(1, 60));
    await Bun.sleep(moments.between(0, 40));
    await restartUnderLoad(living, run.ledger, seen, "SIGKILL", moments);
  }
  await load.end();

  const { wrong, photos } = await verdict(living, run.ledger, backend);
  const { counts, groups } = run.ledger;
  console.log(`kill.test.ts: ${JSON.stringify({ ...counts, tokens: groups.length, photos })}`);
  expect(wrong).toEqual([]);
  // That it was a test at all: requests were cut, and there were chunks to be found again.
  expect(counts.unanswered).toBeGreaterThan(ROUNDS);
  expect(counts.askedAgain).toBeGreaterThan(ROUNDS);
  expect(photos).toBeGreaterThan(ROUNDS);
}, 60_000);

import { expect, test } from "bun:test";
import { hashSecret } from "../../src/random.ts";
import type { Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { sendChunk } from "../support/redeem.ts";
import { siteForEach } from "../support/lifetime.ts";
import { sweepNow } from "../support/sweep.ts";

/** A clock that jumps makes nothing old: it must have been idle while the server was there to see it. */

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

const site = siteForEach();

const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };

async function begin(): Promise<string> {
  const token = await site.token({ valid_minutes: 1440 });
  const piece = { number: 1, start: 0, end: 1000 };
  expect((await sendChunk(site, token, plan, piece, png(2500))).status).toBe(200);
  return token;
}

const count = () => rowsOf(site, "select id from uploads").length;

test("a clock that jumps two days ahead sweeps nothing, and what is idle for a day then goes", async () => {
  await begin();
  site.advance(HOUR);
  await sweepNow(site);
  site.jump(2 * DAY);
  expect(await sweepNow(site)).toBe(0);
  site.advance(22 * HOUR);
  expect(await sweepNow(site)).toBe(0);
  site.advance(3 * HOUR);
  expect(await sweepNow(site)).toBe(1);
});

test("a clock that is two days ahead at the start, and is put right later, sweeps nothing", async () => {
  await begin();
  site.jump(2 * DAY);
  await site.restart();
  expect(count()).toBe(1);
  site.advance(HOUR);
  site.jump(-2 * DAY);
  expect(await sweepNow(site)).toBe(0);
  await site.restart();
  expect(count()).toBe(1);
  site.advance(DAY);
  expect(await sweepNow(site)).toBe(1);
});

test("what came in while the clock was ahead is as old as the moment when it was put right", async () => {
  site.jump(20 * DAY);
  await begin();
  site.jump(-20 * DAY);
  expect(await sweepNow(site)).toBe(0);
  site.advance(DAY - HOUR);
  expect(await sweepNow(site)).toBe(0);
  site.advance(2 * HOUR);
  expect(await sweepNow(site)).toBe(1);
});

test("a clock that was ten years behind and is put right sweeps nothing that came in before", async () => {
  site.jump(-3650 * DAY);
  await site.restart();
  await begin();
  site.advance(HOUR);
  site.jump(3650 * DAY);
  expect(await sweepNow(site)).toBe(0);
  site.advance(DAY - 2 * HOUR);
  expect(await sweepNow(site)).toBe(0);
  site.advance(3 * HOUR);
  expect(await sweepNow(site)).toBe(1);
});

test("a machine that was off for two days keeps what is unfinished for another day, no longer", async () => {
  await begin();
  site.advance(HOUR);
  await site.restart();
  site.jump(2 * DAY);
  await site.restart();
  expect(count()).toBe(1);
  // Switched off every night: the days add up.
  for (let day = 0; day < 2; day += 1) {
    site.advance(11 * HOUR);
    site.jump(13 * HOUR);
    await site.restart();
    expect(count()).toBe(1);
  }
  site.advance(2 * HOUR);
  await site.restart();
  expect(count()).toBe(0);
});

test("a token that was never used is not forgotten by a jump of a month", async () => {
  const token = await site.token();
  site.jump(33 * DAY);
  await sweepNow(site);
  expect(await site.site.records.tokens.byHash(hashSecret(token))).toBeDefined();
  site.advance(31 * DAY);
  expect(await sweepNow(site)).toBe(1);
  expect(await site.site.records.tokens.byHash(hashSecret(token))).toBeUndefined();
});

import { expect, test } from "bun:test";
import { createStorage } from "../../src/archive/storage.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { fileForm, redeem } from "../support/redeem.ts";
import { until } from "../support/remains.ts";

/** What the folder holds is counted beside requests, and not all the time. */

const site = siteForEach();

const send = async (size: number) => redeem(site, fileForm(await site.token(), png(size)));

test("it is remembered, and counted again when it is old", async () => {
  let at = 0;
  const { records, events, now } = site.site;
  const storage = createStorage({ records, events, now, elapsed: () => at });
  await send(1000);
  expect(await storage.counted()).toMatchObject({ originals: 1000, photos: 1 });
  await send(500);
  at += 1900;
  expect(await storage.counted()).toMatchObject({ originals: 1000, photos: 1 });
  at += 200;
  expect(await storage.counted()).toMatchObject({ originals: 1500, photos: 2 });
});

test("what takes long is rested from for twenty times as long", async () => {
  let at = 0;
  const { records, events, now } = site.site;
  let counts = 0;
  const storage = async () => {
    counts += 1;
    at += 5000;
    return records.usage.storage();
  };
  const slow = createStorage({ records: { usage: { storage } }, events, now, elapsed: () => at });
  await slow.counted();
  at += 99_000;
  await slow.counted();
  expect(counts).toBe(1);
  at += 2000;
  await slow.counted();
  expect(counts).toBe(2);
});

test("nobody waits for a count that takes too long: it is there the next time", async () => {
  const { records, events, now } = site.site;
  const gate = Promise.withResolvers<void>();
  const storage = async () => {
    await gate.promise;
    return records.usage.storage();
  };
  const slow = createStorage({ records: { usage: { storage } }, events, now, patienceMs: 500 });
  expect(await slow.counted()).toBeUndefined();
  gate.resolve();
  expect(await until("it is counted", () => slow.counted())).toMatchObject({ photos: 0 });
});

test("a count that fails is said, and what was counted before stays", async () => {
  let at = 0;
  const { records, events, now } = site.site;
  const said: string[] = [];
  events.subscribe((event) => {
    if (event.kind === "storage not counted") said.push(event.error);
  });
  let broken = false;
  const storage = () => {
    if (broken) return Promise.reject(new Error("the disk is gone"));
    return records.usage.storage();
  };
  const usage = { storage };
  const counting = createStorage({ records: { usage }, events, now, elapsed: () => at });
  await counting.counted();
  broken = true;
  at += 10_000;
  expect(await counting.counted()).toMatchObject({ photos: 0 });
  expect(said).toEqual(["Error: the disk is gone"]);
});

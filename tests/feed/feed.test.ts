import { expect, test } from "bun:test";
import { createEvents } from "../../src/events.ts";
import { createFeed } from "../../src/feed/feed.ts";
import type { PageEvent } from "../../src/feed/page-event.ts";
import { siteForAll } from "../support/lifetime.ts";
import { until } from "../support/remains.ts";

const site = siteForAll();

/** A feed of its own, and what somebody who may see all is told by it. */
function startFeed(timing: { uploadMs?: number; askMs?: number }) {
  const events = createEvents();
  const told: PageEvent[] = [];
  const feed = createFeed({
    records: site.site.records,
    events,
    onError: (error) => {
      throw error;
    },
    gatherMs: 1,
    ...timing,
  });
  const leave = feed.subscribe({
    viewer: { level: "super", userId: 0 },
    take: (more) => told.push(...more),
    end: () => undefined,
  });
  /** Waits until all that happened before this was told. */
  const marked = async (id: number) => {
    events.emit({ kind: "photo changed", photo: id, what: "updated" });
    await until(`${id} was told`, () =>
      told.some(({ event, data }) => event === "photo" && data.photo_id === id),
    );
  };
  const count = (kind: PageEvent["event"]) => told.filter(({ event }) => event === kind).length;
  return { events, leave, marked, count };
}

test("an upload that goes on is told of once in its time, and its end at once", async () => {
  const { events, marked, count } = startFeed({ uploadMs: 600_000 });
  for (let each = 1; each <= 20; each += 1) {
    events.emit({ kind: "chunk stored", upload: 1, token: 1 });
    await marked(each);
  }
  expect(count("upload")).toBe(1);
  events.emit({ kind: "chunk stored", upload: 2, token: 1 });
  await marked(21);
  expect(count("upload")).toBe(2);
  events.emit({ kind: "upload dropped", upload: 1, token: 1 });
  await marked(22);
  expect(count("upload")).toBe(3);
});

test("what waited for its time is told then", async () => {
  const { events, marked, count } = startFeed({ uploadMs: 100 });
  events.emit({ kind: "chunk stored", upload: 1, token: 1 });
  await marked(1);
  events.emit({ kind: "chunk stored", upload: 1, token: 1 });
  await until("the second was told", () => count("upload") === 2);
});

test("that there was too much is told at most once in its time, and at last", async () => {
  const { events, count } = startFeed({ askMs: 300 });
  const much = () => {
    for (let id = 1; id <= 400; id += 1) {
      events.emit({ kind: "photo changed", photo: id, what: "updated" });
    }
  };
  const begun = performance.now();
  much();
  await until("it was told", () => count("changed") === 1);
  much();
  await until("it was told again", () => count("changed") === 2);
  expect(performance.now() - begun).toBeGreaterThan(295);
  expect(count("photo")).toBe(0);
});

test("while nobody listens nothing is kept", async () => {
  const { events, leave, count } = startFeed({});
  leave();
  for (let id = 1; id <= 400; id += 1) {
    events.emit({ kind: "photo changed", photo: id, what: "updated" });
  }
  await Bun.sleep(20);
  expect(count("photo") + count("changed")).toBe(0);
});

import { expect, test } from "bun:test";
import { createEventStream } from "../../../src/http/archive/event-stream.ts";
import { nextTurn } from "../../../src/slices.ts";
import { listenTo } from "../../support/events.ts";
import { openWire, requestHead } from "../../support/wire.ts";

const photo = (id: number) => ({ event: "photo", data: { photo_id: id, what: "made" } }) as const;

test("what nobody reads is dropped, and who reads again is told that there was more", async () => {
  const stream = createEventStream(false, () => undefined);
  for (let id = 1; id <= 100_000; id += 1) stream.send([photo(id)]);
  const read = listenTo(new Response(stream.body));
  await read.until(({ event }) => event === "changed");
  expect(read.text().length).toBeLessThan(70_000);
  stream.send([photo(7)]);
  await read.until(({ data }) => data["photo_id"] === 7);
  stream.end();
  await read.ended;
});

test("comments are for silence, and never wait for a reader", async () => {
  const stream = createEventStream(false, () => undefined);
  const read = listenTo(new Response(stream.body));
  for (let each = 0; each < 1000; each += 1) stream.beat();
  stream.send([photo(1)]);
  await read.until(({ event }) => event === "photo");
  expect(read.text().match(/^:$/gm)?.length ?? 0).toBeLessThan(5);
  stream.end();
  await read.ended;
});

test("it is over once: when it is ended, or its reader goes", async () => {
  let over = 0;
  const ended = createEventStream(false, () => (over += 1));
  ended.end();
  ended.end();
  ended.send([photo(1)]);
  expect(over).toBe(1);
  const left = createEventStream(false, () => (over += 1));
  await left.body.cancel();
  left.end();
  expect(over).toBe(2);
});

test("over a real connection that nobody reads, nothing grows but what the system takes", async () => {
  const stream = createEventStream(false, () => undefined);
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response(stream.body),
  });
  const wire = await openWire(server.port ?? 0);
  wire.socket.pause();
  await wire.send(requestHead({}, { method: "GET", path: "/" }));
  const many = Array.from({ length: 500 }, (_, id) => photo(id));
  // 300 MB of events, if anybody took them.
  const sendAll = async () => {
    for (let each = 0; each < 10_000; each += 1) {
      stream.send(many);
      if (each % 10 === 0) await nextTurn();
    }
    Bun.gc(true);
  };
  // What the process takes once for so many events is not what is asked, nor when it gives it back: what is kept would grow each time.
  const growth: number[] = [];
  do {
    const before = process.memoryUsage().rss;
    await sendAll();
    growth.push(process.memoryUsage().rss - before);
  } while (Number(growth.at(-1)) > 32 * 1024 ** 2 && growth.length < 6);
  expect(growth.at(-1)).toBeLessThan(32 * 1024 ** 2);
  wire.cut();
  stream.end();
}, 60_000);

import { expect, test } from "bun:test";
import { once } from "node:events";
import type { Subscriber } from "../../../src/feed/feed.ts";
import { createEventStreams } from "../../../src/http/archive/event-streams.ts";
import { nextTurn } from "../../../src/slices.ts";
import { listenTo } from "../../support/events.ts";
import { siteForAll } from "../../support/lifetime.ts";
import { until } from "../../support/remains.ts";
import { openWire, requestHead } from "../../support/wire.ts";

const site = siteForAll();

/** A server of nothing but a stream, and of silence at /silent. @param idleSeconds after which Bun ends a connection that is silent */
async function serve(idleSeconds: number) {
  const secret = await site.site.sessions.begin({ keyId: null, operatorKey: null });
  const signedIn = await site.site.sessions.find(secret);
  if (!signedIn) throw new Error("not signed in");
  const subscribers: Subscriber[] = [];
  const streams = createEventStreams({
    feed: {
      subscribe: (subscriber) => {
        subscribers.push(subscriber);
        return () => undefined;
      },
      close: () => undefined,
    },
    sessions: site.site.sessions,
    onError: (error) => {
      throw error;
    },
    idleSeconds,
  });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: idleSeconds,
    fetch: (request, by) =>
      new URL(request.url).pathname === "/silent"
        ? new Response(new ReadableStream({ start: (answer) => answer.enqueue("\n") }))
        : streams.open(request, by, secret, signedIn),
  });
  return { server, subscribers, [Symbol.dispose]: () => void server.stop(true) };
}

test("a page that is told nothing stays connected for longer than Bun keeps a silent connection", async () => {
  // Bun counts them in fours: it ends what is silent after eight.
  using served = await serve(6);
  const { server, subscribers } = served;
  const told = listenTo(await fetch(server.url));
  const silent = listenTo(await fetch(new URL("/silent", server.url)));
  await silent.ended;
  const comments = () => told.text().match(/^:$/gm)?.length ?? 0;
  const before = comments();
  expect(before).toBeGreaterThan(0);
  await until("two further comments", () => comments() >= before + 2);
  subscribers[0]?.take([{ event: "photo", data: { photo_id: 1, what: "made" } }]);
  await told.until(({ event }) => event === "photo");
  await told.leave();
}, 60_000);

/** Until then Bun would wait for a reader that takes nothing, for as long as it keeps an idle connection. */
test("the end of a stream cuts the connection of who does not take it", async () => {
  using served = await serve(60);
  const { server, subscribers } = served;
  using wire = await openWire(server.port ?? 0);
  await wire.send(requestHead({}, { method: "GET", path: "/" }));
  await once(wire.socket, "data");
  wire.socket.pause();
  const [subscriber] = subscribers;
  const photo = { event: "photo", data: { photo_id: 1, what: "made" } } as const;
  const many = Array.from({ length: 500 }, () => photo);
  for (let each = 0; each < 2000; each += 1) {
    subscriber?.take(many);
    if (each % 10 === 0) await nextTurn();
  }
  expect(server.pendingRequests).toBe(1);
  subscriber?.end();
  await until("the request is over", () => server.pendingRequests === 0);
}, 60_000);

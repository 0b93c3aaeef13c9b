import { expect, test } from "bun:test";
import { once } from "node:events";
import type { Subscriber } from "../../../src/feed/feed.ts";
import { createEventStreams } from "../../../src/http/archive/event-streams.ts";
import { nextTurn } from "../../../src/slices.ts";
import { siteForAll } from "../../support/lifetime.ts";
import { until } from "../../support/remains.ts";
import { openWire, requestHead } from "../../support/wire.ts";

const site = siteForAll();

/** Until then Bun would wait for a reader that takes nothing, for as long as it keeps an idle connection. */
test("the end of a stream cuts the connection of who does not take it", async () => {
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
  });
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch: (request, by) => streams.open(request, by, secret, signedIn),
  });
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
  await until("the request is over", () => server.pendingRequests === 0, 8000);
}, 60_000);

import { expect, test } from "bun:test";
import { once } from "node:events";
import { listenTo } from "../support/events.ts";
import { until } from "../support/remains.ts";
import { memoryIsBack, residentOf } from "../support/resident.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { cookieOf, sendKey } from "../support/sign-in.ts";
import { API_KEY } from "../support/site.ts";
import { openWire, requestHead, type Wire } from "../support/wire.ts";

/** Server-Sent Events on a real server and real connections (protocol 9.1). */

async function signIn({ url }: TestServer): Promise<string> {
  const call = (path: string, init?: RequestInit) =>
    fetch(url + path, { ...init, redirect: "manual" });
  return cookieOf(await sendKey({ call }, API_KEY, { origin: url }));
}

const listen = async ({ url }: TestServer, cookie: string) =>
  listenTo(await fetch(`${url}/archive/events`, { headers: { cookie } }));

/** A connection that asks for events and reads none of them. */
async function listenDeafly({ port }: TestServer, cookie: string): Promise<Wire> {
  const wire = await openWire(port);
  await wire.send(requestHead({ cookie }, { method: "GET", path: "/archive/events" }));
  const [first] = (await once(wire.socket, "data")) as [Buffer];
  expect(first.toString()).toStartWith("HTTP/1.1 200 ");
  wire.socket.pause();
  return wire;
}

test.concurrent(
  "a server that stops does not wait for who listens, nor for who does not read",
  async () => {
    const server = await startServer({ env: { REDEEM_STOP_LIMIT: "60s" } });
    const cookie = await signIn(server);
    const told = await listen(server, cookie);
    const deaf = await listenDeafly(server, cookie);
    const begun = performance.now();
    expect(await server.kill("SIGTERM")).toBe(0);
    expect(performance.now() - begun).toBeLessThan(30_000);
    await told.ended;
    deaf.cut();
    await server.stop();
  },
);

test.concurrent(
  "who does not read costs no memory, and holds up nobody who does",
  async () => {
    const server = await startServer();
    const cookies: string[] = [];
    for (let each = 0; each < 20; each += 1) cookies.push(await signIn(server));
    const before = await residentOf(server);
    const deaf: Wire[] = [];
    for (const cookie of cookies) {
      for (let each = 0; each < 8; each += 1) deaf.push(await listenDeafly(server, cookie));
    }
    const told = await listen(server, await signIn(server));
    for (let round = 1; round <= 5; round += 1) {
      await Promise.all(Array.from({ length: 100 }, () => server.token()));
      const last = () => told.told.findLast(({ event }) => event === "token")?.data["token_id"];
      await until("the last link was told of", () => last() === round * 100);
    }
    await memoryIsBack(server, before);
    for (const wire of deaf) wire.cut();
    await told.leave();
    await server.stop();
  },
  60_000,
);

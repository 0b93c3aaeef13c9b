import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSlowReaders } from "../../../src/http/serving/slow-readers.ts";
import { connectionKey, readSendQueues } from "../../../src/http/serving/send-queues.ts";

/**
 * Bun's clock of idle times ticks every four seconds, for all servers of a process at once, and began at some time before: these
 * eight seconds end after four at the earliest.
 */
const IDLE_SECONDS = 8;
/** Several looks fit into those four. */
const LOOK_MS = 1000;
/** More than a tick: who is given up after it is cut a tick later than who was never kept. */
const STALL_MS = 5000;

const folder = mkdtempSync(join(tmpdir(), "redeem-readers-"));
const file = join(folder, "large");
writeFileSync(file, "");
truncateSync(file, 256 * 1024 ** 2);
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function serve(keeps = true, stallMs = STALL_MS) {
  const server: Bun.Server<undefined> = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: IDLE_SECONDS,
    fetch: (request) => {
      if (keeps) readers.watch(request);
      return new Response(Bun.file(file));
    },
  });
  const readers = createSlowReaders({
    server: () => server,
    idleSeconds: IDLE_SECONDS,
    stallMs,
    lookMs: LOOK_MS,
  });
  ends.push(() => server.stop(true));
  return server;
}

/** A reader that takes so many bytes every half second, of what the system holds for it. */
async function read(server: Bun.Server<undefined>, bytesPerTurn: number, host = "127.0.0.1") {
  const port = server.port ?? 0;
  const socket = createConnection({ port, host });
  ends.push(() => socket.destroy());
  await once(socket, "connect");
  // Nothing is taken from the system until it is asked for.
  socket.pause();
  socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  while (server.pendingRequests === 0) await Bun.sleep(10);
  const timer = setInterval(() => bytesPerTurn > 0 && socket.read(bytesPerTurn), 500);
  ends.push(() => clearInterval(timer));
  return socket;
}

/** The server's connections of which it still has something to send. */
async function sending(port: number): Promise<number> {
  return [...((await readSendQueues(port)) ?? new Map<string, number>()).values()].filter(Boolean)
    .length;
}

const isLinux = process.platform === "linux";

describe.skipIf(!isLinux)(
  "a slow reader (skipped where the system does not tell what it takes)",
  () => {
    test("is kept as long as it takes anything; who takes nothing is cut, if later than Bun would", async () => {
      const begun = performance.now();
      const servers = [serve(), serve(), serve(false)] as const;
      const [slow, still, ofBun] = servers;
      await Promise.all([read(slow, 60_000), read(still, 0), read(ofBun, 0)]);
      await closed(ofBun);
      const cutByBun = performance.now() - begun;
      expect(still.pendingRequests).toBe(1);
      await closed(still);
      expect(performance.now() - begun).toBeGreaterThan(cutByBun);
      // A whole idle time more than it took to give up the reader that took nothing.
      await Bun.sleep(IDLE_SECONDS * 1000);
      expect(slow.pendingRequests).toBe(1);
    }, 60_000);

    test("that has gone, or has all of it, is not heard of again", async () => {
      const server = serve(true, 60_000);
      const socket = await read(server, 0);
      while (server.pendingRequests === 0) await Bun.sleep(20);
      socket.destroy();
      await closed(server);
      expect(await sending(server.port ?? 0)).toBe(0);
      const whole = await fetch(`http://127.0.0.1:${server.port}/`);
      expect((await whole.bytes()).length).toBe(256 * 1024 ** 2);
      await closed(server);
    }, 60_000);
  },
);

async function closed(server: Bun.Server<undefined>): Promise<void> {
  while (server.pendingRequests > 0) await Bun.sleep(50);
}

describe.skipIf(!isLinux)("what the system says of connections (skipped elsewhere)", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::", "127.0.0.1"],
    ["::1", "::1"],
  ])("listening at %s, called at %s: is found by the address that Bun tells", async (own, host) => {
    let peer: { address: string; port: number } | null = null;
    const server = Bun.serve({
      hostname: own,
      port: 0,
      fetch: (request, by) => {
        peer = by.requestIP(request);
        return new Response(Bun.file(file));
      },
    });
    ends.push(() => server.stop(true));
    const socket = await read(server, 0, host);
    while ((await sending(server.port ?? 0)) === 0) await Bun.sleep(20);
    const queues = await readSendQueues(server.port ?? 0);
    expect(peer).not.toBeNull();
    expect(queues?.get(connectionKey(peer ?? { address: "", port: 0 }))).toBeGreaterThan(10_000);
    socket.destroy();
  });

  test("an address as the system writes it", () => {
    expect(connectionKey({ address: "127.0.0.1", port: 8080 })).toBe("0100007F:1F90");
    expect(connectionKey({ address: "::ffff:127.0.0.1", port: 80 })).toBe("0100007F:0050");
    expect(connectionKey({ address: "2001:db8::1", port: 1 })).toBe(
      "B80D0120000000000000000001000000:0001",
    );
  });
});

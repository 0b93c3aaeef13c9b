import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { startBackend } from "../soak/backend.ts";
import { toldPhotos, type ChunkedFile } from "../soak/ledger.ts";
import { startLiving } from "../soak/living.ts";
import { startLoad } from "../soak/load.ts";
import { readSeed, seeded } from "../soak/random.ts";
import { createRun, restartUnderLoad, verdict } from "../soak/rounds.ts";
import { chunkFields } from "../support/chunks.ts";
import { mp4, png } from "../support/media.ts";
import { photosOf, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { redeemPath } from "../support/redeem.ts";
import { remainsOf, until } from "../support/remains.ts";
import { startServer, type ServerOptions, type TestServer } from "../support/server.ts";
import { BOUNDARY, multipart, openWire, requestHead, type Wire } from "../support/wire.ts";

/** A server that is told to stop: nothing new, and everything old to its end. */

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.stop();
});

async function start(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  open.push(server);
  return server;
}

function signalled(server: TestServer): Promise<unknown> {
  server.process.kill("SIGTERM");
  return until("it is stopping", () => /"event":"stopping"/.test(server.log()));
}

const FILE = mp4(300_000);
const PLAN = { identifier: "id", filename: "clip.mp4", chunkSize: 150_000, totalSize: FILE.length };

function wholeBody(token: string): Buffer {
  return multipart(BOUNDARY, [
    { name: "upload_token", value: token },
    { name: "file", filename: "whole.mp4", value: FILE },
  ]);
}

function chunkBody(token: string, number: number): Buffer {
  return multipart(BOUNDARY, [
    { name: "upload_token", value: token },
    ...chunkFields(PLAN, number).map(([name, value]) => ({ name, value })),
    {
      name: "file",
      filename: "clip.mp4",
      value: FILE.subarray((number - 1) * 150_000).subarray(0, 150_000),
    },
  ]);
}

/** Sends a third of a request that redeems a token, and gives what is left of it. */
async function begin(wire: Wire, body: Buffer): Promise<Buffer> {
  const third = Math.floor(body.length / 3);
  await wire.send(requestHead({ "content-length": body.length }));
  await wire.send(body.subarray(0, third));
  return body.subarray(third);
}

test("what is under way ends well, however it is sent, and nothing is left", async () => {
  const server = await start();
  const token = await server.token({ max_uploads: 2 });
  using first = await openWire(server.port);
  const body = chunkBody(token, 1);
  await first.send(requestHead({ "content-length": body.length }));
  await first.send(body);
  expect((await first.answer()).status).toBe(200);
  // The connection is kept, and carries the whole file; the last chunk has one of its own.
  using second = await openWire(server.port);
  const rest = await begin(first, wholeBody(token));
  const chunkRest = await begin(second, chunkBody(token, 2));
  await until("both are being received", async () => {
    const { receiving, spools } = await remainsOf(server);
    // The whole file is a form whose fields may go on behind it: it holds no use before its end.
    return receiving === 1 && spools === 1;
  });
  const exited = server.process.exited;
  await signalled(server);
  for (let step = 0; step < 5; step += 1) {
    const from = (length: number) => Math.floor((length * step) / 5);
    const to = (length: number) => Math.floor((length * (step + 1)) / 5);
    await first.send(rest.subarray(from(rest.length), to(rest.length)));
    await second.send(chunkRest.subarray(from(chunkRest.length), to(chunkRest.length)));
    await Bun.sleep(60);
  }
  expect((await first.answer()).status).toBe(200);
  expect((await second.answer()).status).toBe(200);
  expect(await exited).toBe(0);
  const photos = photosOf(server);
  expect(photos.map(({ filename }) => filename).toSorted()).toEqual(["clip.mp4", "whole.mp4"]);
  for (const photo of photos) expect(await storedHash(server, photo)).toBe(sha256(FILE));
  expect(readdirSync(join(server.folder, "spool"))).toEqual([]);
  expect(readdirSync(join(server.folder, "uploads"))).toEqual([]);
});

test("everything new is told to come back, on old connections too", async () => {
  const server = await start();
  const token = await server.token({ max_uploads: 3 });
  using kept = await openWire(server.port);
  await kept.send("GET /health HTTP/1.1\r\nhost: here\r\n\r\n");
  expect((await kept.answer()).status).toBe(200);
  using slow = await openWire(server.port);
  const rest = await begin(slow, wholeBody(token));
  await until("it is being received", async () => (await remainsOf(server)).spools === 1);
  await signalled(server);

  const chunk = new URLSearchParams([...chunkFields(PLAN, 1), ["upload_token", token]]);
  const asked: [string, RequestInit][] = [
    ["/health", {}],
    ["/docs", {}],
    [`${redeemPath()}?${chunk}`, {}],
    [redeemPath(), { method: "OPTIONS" }],
    [`/upload/${token}`, {}],
    ["/api/2/photo/get-upload-token", { headers: { authorization: "Bearer nobody" } }],
    ["/api/photo/list", {}],
  ];
  const told = [];
  for (const [path, init] of asked) {
    const answer = await fetch(server.url + path, { ...init, keepalive: false });
    told.push([path, answer.status, Number(answer.headers.get("retry-after")) > 0]);
  }
  const sent = await sendWhole(server, token, png());
  told.push(["POST", sent.status, Number(sent.headers.get("retry-after")) > 0]);
  expect(told).toEqual([...asked.map(([path]) => [path, 503, true]), ["POST", 503, true]]);
  // A script of another site may read that it is to come back (protocol 5).
  const origin = { origin: "https://www.example.com" };
  const cross = await fetch(`${server.url}${redeemPath()}?${chunk}`, { headers: origin });
  expect(cross.headers.get("access-control-allow-origin")).not.toBeNull();
  await kept.send("GET /health HTTP/1.1\r\nhost: here\r\n\r\n");
  expect((await kept.answer()).status).toBe(503);

  await slow.send(rest);
  expect((await slow.answer()).status).toBe(200);
  expect(await server.process.exited).toBe(0);
  expect(photosOf(server)).toHaveLength(1);
});

describe("nobody holds it up", () => {
  test("connections that are kept and silent do not", async () => {
    const server = await start({ env: { REDEEM_STOP_LIMIT: "60s" } });
    using kept = await openWire(server.port);
    await kept.send("GET /health HTTP/1.1\r\nhost: here\r\n\r\n");
    expect((await kept.answer()).status).toBe(200);
    using silent = await openWire(server.port);
    using half = await openWire(server.port);
    await half.send("GET /health HTTP/1.1\r\nho");
    const begun = performance.now();
    expect(await server.kill("SIGTERM")).toBe(0);
    expect(performance.now() - begun).toBeLessThan(30_000);
    silent.cut();
  });

  test("a body that came too late and never ends does not", async () => {
    const server = await start({ env: { REDEEM_STOP_LIMIT: "60s" } });
    const token = await server.token({ max_uploads: 2 });
    using slow = await openWire(server.port);
    const rest = await begin(slow, wholeBody(token));
    await until("it is being received", async () => (await remainsOf(server)).spools === 1);
    await signalled(server);
    using late = await openWire(server.port);
    await begin(late, wholeBody(token));
    expect((await late.answer()).status).toBe(503);
    await slow.send(rest);
    expect((await slow.answer()).status).toBe(200);
    const begun = performance.now();
    expect(await server.process.exited).toBe(0);
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(photosOf(server)).toHaveLength(1);
  });

  test("a request that never ends does so until REDEEM_STOP_LIMIT", async () => {
    const server = await start({ env: { REDEEM_STOP_LIMIT: "1s" } });
    const token = await server.token();
    using stuck = await openWire(server.port);
    await begin(stuck, wholeBody(token));
    await until("it is being received", async () => (await remainsOf(server)).spools === 1);
    const begun = performance.now();
    expect(await server.kill("SIGTERM")).toBe(0);
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(20_000);
    await stuck.closed;
    // What it has sent went with it, and its use of the token is free again.
    expect(readdirSync(join(server.folder, "spool"))).toEqual([]);
    const next = await start({ folder: server.folder });
    expect(photosOf(next)).toHaveLength(0);
    expect((await sendWhole(next, token, png())).status).toBe(200);
  });

  test("a second signal ends it at once", async () => {
    const server = await start({ env: { REDEEM_STOP_LIMIT: "60s" } });
    const token = await server.token();
    using stuck = await openWire(server.port);
    await begin(stuck, wholeBody(token));
    await until("it is being received", async () => (await remainsOf(server)).spools === 1);
    await signalled(server);
    const begun = performance.now();
    expect(await server.kill("SIGINT")).toBe(1);
    expect(performance.now() - begun).toBeLessThan(30_000);
    const next = await start({ folder: server.folder });
    expect(readdirSync(join(server.folder, "spool"))).toEqual([]);
    expect((await sendWhole(next, token, png())).status).toBe(200);
  });
});

test("stopped and started again and again under load: nothing is lost", async () => {
  const seed = readSeed();
  console.log(`stopping.test.ts: REDEEM_TEST_SEED=${seed}`);
  const random = seeded(seed);
  const moments = random.fork(1_000_003);
  const backend = startBackend(150);
  open.push(backend);
  const living = await startLiving({ REDEEM_STOP_LIMIT: "40s" });
  open.push(living);
  const { run, further } = createRun(living, { slow: 0.15, givenUp: 0, faulty: false });
  const load = startLoad(run, { backend: backend.url, random, workers: 5, largest: 600_000 });

  const seen = new Set<ChunkedFile>();
  const times: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    await further(moments.between(10, 80));
    times.push(await restartUnderLoad(living, run.ledger, seen, "SIGTERM", moments));
  }
  await load.end();
  const { wrong, photos } = await verdict(living, run.ledger, backend);
  const { counts } = run.ledger;
  const slowest = Math.round(Math.max(...times));
  console.log(`stopping.test.ts: ${JSON.stringify({ ...counts, photos, slowest })}`);
  expect(wrong).toEqual([]);
  expect(counts.later).toBeGreaterThan(0);
  expect(photos).toBeGreaterThan(8);
  // Nobody is left without the answer to what was made.
  expect(photos - toldPhotos(run.ledger)).toBe(0);
  // Not by its limit: those that come back again and again do not keep it alive.
  expect(slowest).toBeLessThan(30_000);
}, 120_000);

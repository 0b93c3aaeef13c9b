import { beforeAll, expect, test } from "bun:test";
import { png } from "../support/media.ts";
import { photosOf, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { nothingLeft, remainsOf, until, type Remains } from "../support/remains.ts";
import { serverForAll } from "../support/lifetime.ts";
import { BOUNDARY, multipart, openWire, requestHead } from "../support/wire.ts";

/** Slow is the normal case; silent is not. */

const server = serverForAll({ env: { REDEEM_STALL: "2s" } });
let before: Remains;
beforeAll(async () => {
  await sendWhole(server, await server.token(), png());
  before = await remainsOf(server);
});

function bodyFor(token: string, file: Uint8Array): Buffer {
  return multipart(BOUNDARY, [
    { name: "upload_token", value: token },
    { name: "file", filename: "slow.png", value: file },
  ]);
}

async function isStored(file: Uint8Array): Promise<void> {
  const photo = photosOf(server).find(({ size }) => size === file.length);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
}

test.concurrent("a byte every 200 ms is no silence", async () => {
  const file = png(10_001);
  const body = bodyFor(await server.token(), file);
  using wire = await openWire(server.port);
  await wire.send(requestHead({ "content-length": body.length }));
  const half = body.length / 2;
  await wire.send(body.subarray(0, half));
  // Twice as long as the silence that is allowed.
  for (let at = 0; at < 20; at += 1) {
    await wire.send(body.subarray(half + at, half + at + 1));
    await Bun.sleep(200);
  }
  await wire.send(body.subarray(half + 20));
  expect((await wire.answer()).status).toBe(200);
  await isStored(file);
});

test.concurrent(
  "silence is answered 408, and ends only the connection that is silent",
  async () => {
    const token = await server.token();
    const body = bodyFor(token, png(50_000));
    using silent = await openWire(server.port);
    await silent.send(requestHead({ "content-length": body.length, origin: "https://a.example" }));
    await silent.send(body.subarray(0, 30_000));
    const answer = await silent.answer();
    expect([answer.status, answer.text]).toEqual([408, "Nothing was received for 2 seconds."]);
    expect(answer.headers.get("connection")).toBe("close");
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://a.example");
    await silent.closed;
    expect((await fetch(`${server.url}/health`, { keepalive: false })).status).toBe(200);
    expect((await sendWhole(server, token, png())).status).toBe(200);
  },
);

test.concurrent("an octet body that stalls is answered 408 too", async () => {
  const token = await server.token();
  using wire = await openWire(server.port);
  const headers = { "content-type": "application/octet-stream", "content-length": 50_000 };
  await wire.send(requestHead(headers, { query: `upload_token=${token}` }));
  await wire.send(png(20_000));
  expect((await wire.answer()).status).toBe(408);
  await wire.closed;
  expect((await sendWhole(server, token, png())).status).toBe(200);
});

test.concurrent("many silent ones at once are let go of together", async () => {
  const token = await server.token({ max_uploads: 50 });
  const body = bodyFor(token, png(50_000));
  const statuses = await Promise.all(
    Array.from({ length: 50 }, async () => {
      using wire = await openWire(server.port);
      await wire.send(requestHead({ "content-length": body.length }));
      await wire.send(body.subarray(0, 30_000));
      return (await wire.answer()).status;
    }),
  );
  expect(statuses).toEqual(Array.from({ length: 50 }, () => 408));
});

test.concurrent("a keep-alive connection serves upload after upload", async () => {
  using wire = await openWire(server.port);
  for (const seed of [1, 2, 3]) {
    const body = bodyFor(await server.token(), png(2000, seed));
    await wire.send(requestHead({ "content-length": body.length }));
    await wire.send(body);
    expect((await wire.answer()).status).toBe(200);
  }
});

test("nothing is left of the silent ones", () => nothingLeft(server, before));

test("a client that goes away while it is slow leaves nothing", async () => {
  const token = await server.token();
  const body = bodyFor(token, png(50_000));
  using wire = await openWire(server.port);
  await wire.send(requestHead({ "content-length": body.length }));
  await wire.send(body.subarray(0, 10_000));
  await until("its bytes are on their way", async () => (await remainsOf(server)).spools === 1);
  wire.socket.resetAndDestroy();
  await nothingLeft(server, before);
  expect((await sendWhole(server, token, png())).status).toBe(200);
});

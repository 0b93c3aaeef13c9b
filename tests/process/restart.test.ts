import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { chunkForm, pieces, type Piece, type Plan } from "../support/chunks.ts";
import { mp4, png } from "../support/media.ts";
import {
  askPiece,
  photosOf,
  sendPiece,
  sendWhole,
  sha256,
  storedHash,
} from "../support/over-http.ts";
import { startReceiver } from "../support/receiver.ts";
import { nothingLeft, remainsOf, until } from "../support/remains.ts";
import { startServer, type ServerOptions, type TestServer } from "../support/server.ts";
import { BOUNDARY, multipart, openWire, requestHead } from "../support/wire.ts";

/** A server that dies at the worst moment, and another one on the same folder. */

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  servers.push(server);
  return server;
}

/** Dies without a word, and starts again where it was. */
async function killAndRestart(server: TestServer): Promise<TestServer> {
  await server.kill("SIGKILL");
  return start({ folder: server.folder });
}

function planFor(file: Uint8Array): Plan {
  return {
    identifier: "restarted",
    filename: "clip.mp4",
    chunkSize: 100_000,
    totalSize: file.length,
  };
}

test("an upload goes on behind a kill -9, with the chunks that were answered", async () => {
  let server = await start();
  const token = await server.token();
  const file = mp4(1_050_000);
  const plan = planFor(file);
  const all = pieces(plan);
  for (const piece of all.slice(0, 4)) {
    expect((await sendPiece(server, token, plan, piece, file)).status).toBe(200);
  }
  // A fifth one is half on its way.
  const body = Buffer.from(
    await new Response(chunkForm(token, plan, all[6] as Piece, file)).arrayBuffer(),
  );
  const boundary = body.subarray(2, body.indexOf("\r\n")).toString();
  using wire = await openWire(server.port);
  const type = `multipart/form-data; boundary=${boundary}`;
  await wire.send(requestHead({ "content-type": type, "content-length": body.length }));
  await wire.send(body.subarray(0, body.length / 2));
  // Once it has been begun it is being received: another one of it is told to wait.
  await until("the fifth chunk is being received", async () => {
    return (await sendPiece(server, token, plan, all[6] as Piece, file)).status === 503;
  });

  server = await killAndRestart(server);
  const asked = [];
  for (const piece of all) asked.push((await askPiece(server, token, plan, piece)).status);
  expect(asked).toEqual([200, 200, 200, 200, 204, 204, 204, 204, 204, 204]);
  for (const piece of all.slice(4)) {
    expect((await sendPiece(server, token, plan, piece, file)).status).toBe(200);
  }
  const photos = photosOf(server);
  expect(photos).toHaveLength(1);
  expect(photos[0] && (await storedHash(server, photos[0]))).toBe(sha256(file));
});

test("killed right behind the last answer: the photo is there, and asking tells it", async () => {
  let server = await start();
  const token = await server.token();
  const file = mp4(450_000);
  const plan = planFor(file);
  let last = "";
  for (const piece of pieces(plan)) {
    last = await (await sendPiece(server, token, plan, piece, file)).text();
  }
  server = await killAndRestart(server);
  const photos = photosOf(server);
  expect(photos).toHaveLength(1);
  expect(photos[0] && (await storedHash(server, photos[0]))).toBe(sha256(file));
  for (const piece of pieces(plan)) {
    const asked = await askPiece(server, token, plan, piece);
    expect([asked.status, await asked.text()]).toEqual([200, last]);
  }
});

test("killed again and again while chunks come in parallel: one photo, exact bytes", async () => {
  let server = await start();
  const token = await server.token();
  const file = mp4(2_000_000);
  const plan = planFor(file);
  let open = true;
  // Sends all that is missing, as a client that has lost its connection does.
  const round = async () => {
    const answers = pieces(plan).map(async (piece) => {
      const asked = await askPiece(server, token, plan, piece);
      if (asked.status !== 204) return asked.status;
      return (await sendPiece(server, token, plan, piece, file)).status;
    });
    const settled = await Promise.allSettled(answers);
    return settled.every((one) => one.status === "fulfilled" && one.value === 200);
  };
  for (const delay of [5, 20, 40]) {
    const sending = round();
    await Bun.sleep(delay);
    await server.kill("SIGKILL");
    await sending;
    server = await start({ folder: server.folder });
  }
  for (let tries = 0; open && tries < 5; tries += 1) open = !(await round());
  const photos = photosOf(server);
  expect(photos).toHaveLength(1);
  expect(photos[0] && (await storedHash(server, photos[0]))).toBe(sha256(file));
});

test("a whole file that was under way holds no use behind a kill -9", async () => {
  let server = await start();
  const token = await server.token();
  using wire = await openWire(server.port);
  const head = { "content-length": 200_000, "content-type": "application/octet-stream" };
  await wire.send(requestHead(head, { query: `upload_token=${token}` }));
  await wire.send(png(200_000).subarray(0, 150_000));
  await until("it is being received", async () => {
    const { spools, receiving } = await remainsOf(server);
    return spools === 1 && receiving === 1;
  });
  server = await killAndRestart(server);
  await nothingLeft(server, { ...(await remainsOf(server)) });
  expect((await sendWhole(server, token, png())).status).toBe(200);
});

test("a callback that was not taken is made by the next server", async () => {
  let down = true;
  const receiver = startReceiver(() => new Response("", { status: down ? 500 : 200 }));
  try {
    let server = await start();
    const token = await server.token({
      return_url: `${receiver.url}/back`,
      background_return_p: 1,
      note: "extra",
    });
    const answer = await sendWhole(server, token, png());
    expect(answer.status).toBe(200);
    const [first] = await receiver.got(1);
    await until("the failure is recorded", () => /callback failed/.test(server.log()));
    await server.kill("SIGKILL");
    down = false;
    server = await start({ folder: server.folder });
    const [, second] = await receiver.got(2);
    expect(second?.url.href).toBe(first?.url.href as string);
    expect(second?.url.searchParams.get("note")).toBe("extra");
    expect(second?.headers.get("redeem-delivery")).toBe(
      first?.headers.get("redeem-delivery") as string,
    );
    await until("it is delivered", () => /callback delivered/.test(server.log()));
    expect(receiver.received).toHaveLength(2);
  } finally {
    await receiver.stop();
  }
});

test("SIGTERM lets an upload that is under way finish, and ends with 0", async () => {
  const server = await start();
  const file = png(300_000);
  const body = multipart(BOUNDARY, [
    { name: "upload_token", value: await server.token() },
    { name: "file", filename: "photo.png", value: file },
  ]);
  using wire = await openWire(server.port);
  await wire.send(requestHead({ "content-length": body.length }));
  await wire.send(body.subarray(0, 100_000));
  await until("it is being received", async () => (await remainsOf(server)).spools === 1);
  const exited = server.kill("SIGTERM");
  await until("it is stopping", () => /"event":"stopping"/.test(server.log()));
  const refused = await fetch(`${server.url}/health`, { keepalive: false });
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("1");
  await wire.send(body.subarray(100_000));
  expect((await wire.answer()).status).toBe(200);
  wire.cut();
  expect(await exited).toBe(0);
  const [photo] = photosOf(server);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
});

test("a second server on the same folder is refused in one line, and harms nothing", async () => {
  const first = await start();
  const main = join(import.meta.dir, "../../src/main.ts");
  const second = Bun.spawn([process.execPath, main, "serve"], {
    env: { REDEEM_DATA: first.folder, REDEEM_HOST: "127.0.0.1", REDEEM_PORT: "0" },
    stderr: "pipe",
    // It would serve for ever where it is not refused.
    timeout: 30_000,
  });
  expect(await second.exited).toBe(1);
  const why = `redeem: The data folder ${first.folder} is in use by another Redeem server\n`;
  expect(await new Response(second.stderr).text()).toBe(why);
  expect((await sendWhole(first, await first.token(), png())).status).toBe(200);
});

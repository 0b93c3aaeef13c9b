import { afterEach, describe, expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pieces, type Piece } from "../support/chunks.ts";
import { fileBeforeToken, tokenBehind } from "../support/late-token.ts";
import { mp4, png } from "../support/media.ts";
import { photosOf, sendPiece, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { photoIn } from "../support/redeem.ts";
import { nothingLeft, remainsOf, until, type Remains } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { mountSmallDisk, whyNotMounted, type SmallDisk } from "../support/small-disk.ts";
import { BOUNDARY, openWire, partHead, requestHead, type Wire } from "../support/wire.ts";

/**
 * Bodies of which it is not known what they belong to (protocol 4.1): whatever they bring, the disk has
 * room for others, and nobody waits for them.
 */

const MIB = 1024 * 1024;

let server: TestServer;
let before: Remains;
const wires: Wire[] = [];

async function start(env: Record<string, string> = {}, folder?: string): Promise<void> {
  server = await startServer({ env, ...(folder ? { folder } : {}) });
  await sendWhole(server, await server.token(), png());
  before = await remainsOf(server);
}

afterEach(async () => {
  for (const wire of wires.splice(0)) wire.cut();
  await server?.stop();
});

/** A form with the token in its query, whose file has begun: fields behind it may still come. */
async function undecided(token: string, length: number): Promise<Wire> {
  const wire = await openWire(server.port);
  wires.push(wire);
  await wire.send(requestHead({ "content-length": length }, { query: `upload_token=${token}` }));
  await wire.send(partHead(BOUNDARY, { name: "file", filename: "a.png" }));
  return wire;
}

const reason = whyNotMounted();
if (reason) console.warn(`skipped: no small disk can be mounted here (${reason})`);

describe.skipIf(reason !== undefined)("on a small disk", () => {
  let disk: SmallDisk;
  afterEach(() => disk?.unmount());

  test("40 files without a token leave the reserve alone, and three quarters of the rest", async () => {
    disk = mountSmallDisk("80m");
    await mkdir(disk.folder);
    await start({ REDEEM_RESERVE: "16MiB" }, disk.folder);
    const free = disk.free();
    const size = 7 * MIB;
    const refusals: unknown[] = [];
    for (let count = 0; count < 40; count += 1) {
      const wire = await fileBeforeToken(server, png(100), 8 * MIB);
      wires.push(wire);
      void wire.send(png(size - 100)).catch(() => undefined);
      // Refused in the middle of its sending, a client may find the connection closed before it reads why.
      void wire.answer().then(
        ({ status }) => refusals.push(status),
        () => refusals.push("cut"),
      );
    }
    await until("each is refused, or has brought all", async () => {
      const spools = join(server.folder, "spool");
      const sizes = (await readdir(spools)).map((name) => Bun.file(join(spools, name)).size);
      return sizes.length + refusals.length === 40 && sizes.every((bytes) => bytes === size);
    });
    expect(refusals).toContain(503);
    expect(refusals.every((how) => how === 503 || how === "cut")).toBe(true);
    expect(disk.free()).toBeGreaterThan(free - (free - 16 * MIB) / 4 - MIB);
    // An upload that holds a use has all the room that it needs.
    const file = mp4(24 * MIB);
    const plan = { identifier: "a", filename: "a.mp4", chunkSize: 8 * MIB, totalSize: file.length };
    const token = await server.token();
    let last = new Response();
    for (const piece of pieces(plan)) last = await sendPiece(server, token, plan, piece, file);
    const { photo_id } = await photoIn(last);
    const photo = photosOf(server).find(({ id }) => id === photo_id);
    expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
    for (const wire of wires.splice(0)) wire.cut();
    await nothingLeft(server, before);
    // The budget has come back.
    const late = await fileBeforeToken(server, png(4 * MIB));
    wires.push(late);
    await late.send(tokenBehind(await server.token()));
    expect((await late.answer()).status).toBe(200);
  });

  test("one byte of a file that is said to be large reserves no more than came justifies", async () => {
    disk = mountSmallDisk("120m");
    await mkdir(disk.folder);
    await start({ REDEEM_RESERVE: "0" }, disk.folder);
    const greedy = { identifier: "g", filename: "g.mp4", chunkSize: 1, totalSize: 110 * MIB };
    const second = { number: 2, start: 1, end: 2 };
    expect((await sendPiece(server, await server.token(), greedy, second, mp4(100))).status).toBe(
      200,
    );
    const other = { identifier: "o", filename: "o.mp4", chunkSize: MIB, totalSize: 40 * MIB };
    const [first] = pieces(other) as [Piece];
    const answer = await sendPiece(server, await server.token(), other, first, mp4(MIB));
    expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
  });
});

test("60 that drip keep nobody out whose file comes first", async () => {
  await start();
  for (let count = 0; count < 60; count += 1) {
    wires.push(await fileBeforeToken(server, png(1000), 100_000));
  }
  await until("they come in", async () => (await remainsOf(server)).spools === 60);
  using late = await fileBeforeToken(server, png(20_000));
  await late.send(tokenBehind(await server.token()));
  expect((await late.answer()).status).toBe(200);
});

test("a used-up token is refused before its file is read", async () => {
  await start();
  const token = await server.token();
  expect((await sendWhole(server, token, png())).status).toBe(200);
  const wire = await undecided(token, 50 * MIB);
  const { status, text } = await wire.answer();
  expect([status, text]).toEqual([404, "The upload token has already been used."]);
  await until("nothing of it is left", async () => (await remainsOf(server)).spools === 0);
});

test("but not where an upload of it is unfinished that the bytes may belong to", async () => {
  await start();
  const token = await server.token();
  const file = png(2500);
  const plan = { identifier: "a", filename: "a.png", chunkSize: 1000, totalSize: file.length };
  const [first] = pieces(plan) as [Piece];
  expect((await sendPiece(server, token, plan, first, file)).status).toBe(200);
  await undecided(token, 50_000);
  await until("it is read", async () => (await remainsOf(server)).spools === 1);
});

test("they hold no use: a file that is known to be one goes first", async () => {
  await start();
  const token = await server.token();
  await undecided(token, 50_000);
  await until("it comes in", async () => (await remainsOf(server)).spools === 1);
  const body = png(5000);
  const octet = { "content-type": "application/octet-stream" };
  const url = `${server.url}/api/2/photo/redeem-upload-token?upload_token=${token}`;
  const answer = await fetch(url, { method: "POST", body, headers: octet, keepalive: false });
  expect(answer.status).toBe(200);
});

test("they may take so long and no longer", async () => {
  await start({ REDEEM_UNDECIDED_LIMIT: "1s" });
  const wire = await fileBeforeToken(server, png(1000), 100_000);
  wires.push(wire);
  // It is never silent for long.
  const drip = setInterval(() => void wire.send("x").catch(() => undefined), 100);
  const { status, text } = await wire.answer().finally(() => clearInterval(drip));
  expect([status, text]).toEqual([
    408,
    "The request takes too long for one whose upload token is behind its file.",
  ]);
  await until("it is gone", async () => (await remainsOf(server)).spools === 0);
});

test("nor by a part behind the file that nobody wants", async () => {
  await start({ REDEEM_UNDECIDED_LIMIT: "1s" });
  const wire = await fileBeforeToken(server, png(1000), 100_000);
  wires.push(wire);
  await wire.send("\r\n");
  await wire.send(partHead(BOUNDARY, { name: "other", filename: "b.png" }));
  const drip = setInterval(() => void wire.send("x").catch(() => undefined), 100);
  const { status } = await wire.answer().finally(() => clearInterval(drip));
  expect(status).toBe(408);
  await until("it is gone", async () => (await remainsOf(server)).spools === 0);
});

test("those that nobody has vouched for leave room to a form that begins with its token", async () => {
  await start({ REDEEM_UNDECIDED: "8MiB" });
  for (let count = 0; count < 12; count += 1) {
    wires.push(await fileBeforeToken(server, png(MIB), 8 * MIB));
  }
  await until("those that fit have come", async () => {
    const spools = join(server.folder, "spool");
    const sizes = (await readdir(spools)).map((name) => Bun.file(join(spools, name)).size);
    return sizes.length > 0 && sizes.length < 12 && sizes.every((bytes) => bytes === MIB);
  });
  const form = new FormData();
  form.set("upload_token", await server.token());
  form.set("file", new File([png(MIB)], "a.png"));
  const url = `${server.url}/api/2/photo/redeem-upload-token`;
  const answer = await fetch(url, { method: "POST", body: form, keepalive: false });
  expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
});

test("64 KiB of extra parameters with each of 60 chunks at once hold nobody up", async () => {
  await start();
  const file = png(61_000);
  const plan = { identifier: "x", filename: "x.png", chunkSize: 1000, totalSize: file.length };
  const token = await server.token();
  const all = pieces(plan);
  const send = (piece: Piece, more: string) => {
    const form = new FormData();
    form.set("upload_token", token);
    form.set(`extra_${piece.number}`, more);
    form.set("resumableChunkNumber", String(piece.number));
    form.set("resumableChunkSize", "1000");
    form.set("resumableTotalSize", String(file.length));
    form.set("resumableIdentifier", "x");
    form.set("resumableFilename", "x.png");
    form.set("file", new File([file.slice(piece.start, piece.end)], "blob"));
    const url = `${server.url}/api/2/photo/redeem-upload-token`;
    return fetch(url, { method: "POST", body: form, keepalive: false });
  };
  const statuses = await Promise.all(
    all.slice(0, 60).map(async (piece) => (await send(piece, "x".repeat(60_000))).status),
  );
  // One set of them is kept; who brings more is told so, and its chunk can come again without.
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(new Set(statuses)).toEqual(new Set([200, 400]));
  let last = new Response();
  for (const piece of all) last = await send(piece, "");
  const { photo_id } = await photoIn(last);
  const photo = photosOf(server).find(({ id }) => id === photo_id);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
});

test("a token that is revoked while a whole file comes in makes no photo", async () => {
  await start();
  const token = await server.token();
  const photos = photosOf(server).length;
  const wire = await undecided(token, 20_000);
  const part = partHead(BOUNDARY, { name: "file", filename: "a.png" });
  const end = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  const bytes = png(20_000 - part.length - end.length);
  await wire.send(bytes.subarray(0, 5000));
  await until("it comes in", async () => (await remainsOf(server)).spools === 1);
  const { Database } = await import("bun:sqlite");
  const db = new Database(`${server.folder}/redeem.db`);
  db.run("pragma busy_timeout = 5000");
  db.run("update upload_tokens set revoked_at = 1 where consumed = 0");
  db.close();
  await wire.send(bytes.subarray(5000));
  await wire.send(end);
  const { status, text } = await wire.answer();
  expect([status, text]).toEqual([404, "The upload token is invalid."]);
  expect(photosOf(server)).toHaveLength(photos);
  wire.cut();
  await nothingLeft(server, before);
});

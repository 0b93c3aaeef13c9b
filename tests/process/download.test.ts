import { afterAll, beforeAll, expect, test } from "bun:test";
import { rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { pathOf, photosOf, sendWhole } from "../support/over-http.ts";
import { photoIn } from "../support/redeem.ts";
import { openHandles, until } from "../support/remains.ts";
import { memoryIsBack, residentOf } from "../support/resident.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { API_KEY } from "../support/site.ts";
import { openWire, type Wire } from "../support/wire.ts";
import { faultsOf } from "../support/zip-tools.ts";

/** Archives over a socket: they are made while they are sent, whoever reads them how, and whatever happens to photos meanwhile. */

const MIB = 1024 * 1024;
const LARGE = 1024 * MIB;

let server: TestServer;
/** Of the photos: a small one, a large one, a small one. */
const ids: number[] = [];

beforeAll(async () => {
  server = await startServer();
  for (const seed of [1, 2, 3]) ids.push(await upload(seed));
  await grow(ids[1] ?? 0);
});
afterAll(() => server?.stop());

async function upload(seed: number): Promise<number> {
  const answer = await sendWhole(server, await server.token(), png(300_000, seed), "photo.png");
  return (await photoIn(answer)).photo_id;
}

/** Makes a photo's file a gigabyte that takes no room on the disk, when the server has read it for its hash. */
async function grow(id: number): Promise<void> {
  const unhashed = "select 1 from originals where sha256 is null";
  await until("all are hashed", () => rowsOf(server, unhashed).length === 0);
  const photo = photosOf(server).find((one) => one.id === id);
  if (!photo) throw new Error("the photo is missing");
  await truncate(pathOf(server, photo), LARGE);
  const db = new Database(join(server.folder, "redeem.db"));
  db.pragma("busy_timeout = 5000");
  db.prepare("update originals set size = ? where photo_id = ?").run(LARGE, id);
  db.close();
}

const call = async (method: string) =>
  (
    await fetch(`${server.url}/api/2/photo/${method}`, {
      headers: { authorization: `Bearer ${API_KEY}` },
      keepalive: false,
    })
  ).json() as Promise<{ data: { download_url: string; size: number } }>;

const linkTo = async (photos: readonly number[]) =>
  (await call(`download?photo_id=${photos.join(",")}`)).data;

const openFiles = async () =>
  (await openHandles(server)).filter((handle) => handle.includes("/photos/"));
const nothingOpen = () =>
  until("every file is closed", async () => (await openFiles()).length === 0);

/** Reads an answer to its end. @returns bytes that came, and what it ended with */
async function drained(answer: Response): Promise<{ bytes: number; error: string }> {
  let bytes = 0;
  try {
    for await (const piece of answer.body ?? []) bytes += piece.length;
    return { bytes, error: "" };
  } catch (error) {
    return { bytes, error: String(error) };
  }
}

/** Readers that have asked for an archive, and take nothing. */
async function waiting(url: string, count: number): Promise<Wire[]> {
  const wires: Wire[] = [];
  for (let at = 0; at < count; at += 1) {
    const wire = await openWire(server.port);
    wire.socket.pause();
    await wire.send(`GET ${new URL(url).pathname} HTTP/1.1\r\nhost: a\r\n\r\n`);
    wires.push(wire);
  }
  return wires;
}

test("a gigabyte between two small files: as long as was said, whole, and the memory stays as it is", async () => {
  const { download_url: url, size } = await linkTo(ids);
  const before = await residentOf(server);
  const path = join(server.folder, "got.zip");
  await Bun.write(path, await fetch(url, { keepalive: false }));
  expect(Bun.file(path).size).toBe(size);
  expect((await residentOf(server)) - before).toBeLessThan(120 * MIB);
  expect(await faultsOf(path)).toEqual({});
  await rm(path);
  await memoryIsBack(server, before, 80 * MIB);
  await nothingOpen();
}, 120_000);

test("readers who wait keep few others out, and who goes away leaves nothing open", async () => {
  const { download_url: url, size } = await linkTo([ids[1] ?? 0]);
  const before = await residentOf(server);
  const wires = await waiting(url, 8);
  await until("all are being served", async () => (await openFiles()).length === 8);
  expect((await residentOf(server)) - before).toBeLessThan(80 * MIB);
  const refused = await fetch(url, { keepalive: false });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
  expect(await refused.text()).toContain("Too many archives");
  // Whoever asks how long it is waits for nobody.
  const head = await fetch(url, { method: "HEAD", keepalive: false });
  expect(head.headers.get("content-length")).toBe(String(size));
  for (const wire of wires) wire.cut();
  await nothingOpen();
  const again = await waiting(url, 8);
  await until("all are being served again", async () => (await openFiles()).length === 8);
  for (const wire of again) wire.cut();
  await nothingOpen();
}, 60_000);

test("a photo that is removed before its turn: the connection is ended, and what came is no answer", async () => {
  const last = await upload(9);
  const { download_url: url, size } = await linkTo([ids[1] ?? 0, last]);
  const answer = await fetch(url, { keepalive: false });
  await call(`delete?photo_id=${last}&permanently=1`);
  const { bytes, error } = await drained(answer);
  expect(error).not.toBe("");
  expect(bytes).toBeLessThan(size);
  await until("the log says so", () => server.log().includes("an archive was not sent to its end"));
  expect(server.log()).not.toContain(new URL(url).pathname);
  await nothingOpen();
}, 60_000);

test("a photo that is removed while its bytes are sent is sent to its end; so is one in the trash", async () => {
  const [first, trashed] = [await upload(10), await upload(11)];
  await grow(first);
  const { download_url: url, size } = await linkTo([first, trashed]);
  const answer = await fetch(url, { keepalive: false });
  await until("its file is open", async () => (await openFiles()).length === 1);
  await call(`delete?photo_id=${trashed}`);
  await call(`delete?photo_id=${first}&permanently=1`);
  const got = await drained(answer);
  expect(got).toEqual({ bytes: size, error: "" });
}, 60_000);

test("a connection that an archive was read from goes on with the next request", async () => {
  const { download_url: url } = await linkTo([ids[0] ?? 0]);
  using wire = await openWire(server.port);
  let received = "";
  wire.socket.on("data", (piece: Buffer) => (received += piece.toString("latin1")));
  await wire.send(`GET ${new URL(url).pathname} HTTP/1.1\r\nhost: a\r\n\r\n`);
  await until("the archive came", () => received.endsWith("\r\n0\r\n\r\n"));
  // Bun sends no Content-Length with a body that is made while it is sent: its end is told by the last chunk.
  expect(received.split("\r\n\r\n")[0]).toMatch(/^transfer-encoding: chunked$/im);
  await wire.send("GET /health HTTP/1.1\r\nhost: a\r\n\r\n");
  await until("the answer came", () => received.endsWith('{"status":"ok"}'));
}, 60_000);

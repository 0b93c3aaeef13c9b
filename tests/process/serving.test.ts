import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, truncate, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { selfSigned } from "../support/certificate.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { pathOf, photosOf, sendWhole } from "../support/over-http.ts";
import { photoIn, type PhotoIds } from "../support/redeem.ts";
import { openHandles, until } from "../support/remains.ts";
import { memoryIsBack, residentOf } from "../support/resident.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { inject, whyNotTraced } from "../support/strace.ts";
import { openWire, type Wire } from "../support/wire.ts";

/** Photos as they are sent: what Bun and the system make of the answers that `src/http/serving` gives. */

const MIB = 1024 * 1024;
const FILE = png(3 * MIB + 17);

let server: TestServer;
let link: string;
let large: string;
/** Where the large file lies. */
let largeFile: string;

beforeAll(async () => {
  server = await startServer();
  link = await upload(FILE);
  large = await upload(png(1000, 2));
  // The server reads each file once more, for its hash: here its open files are counted.
  const unhashed = "select 1 from originals where sha256 is null";
  await until("all are hashed", () => rowsOf(server, unhashed).length === 0);
  const photo = photosOf(server).at(-1);
  if (!photo) throw new Error("the large photo is missing");
  largeFile = pathOf(server, photo);
  await grow(photo.id, 1024 * MIB);
});
afterAll(() => server?.stop());

async function upload(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return (
    server.url + addressOf(await photoIn(await sendWhole(server, await server.token(), bytes)))
  );
}

function addressOf({ tree_id: tree, photo_id: id, token }: PhotoIds): string {
  return `/${tree}/${id}/${token}/original`;
}

/** A file of this size, which takes no room: to send a gigabyte would take seconds. */
async function grow(photoId: number, size: number): Promise<void> {
  await truncate(largeFile, size);
  const db = new Database(join(server.folder, "redeem.db"));
  db.pragma("busy_timeout = 5000");
  db.prepare("update originals set size = ? where photo_id = ?").run(size, photoId);
  db.close();
}

/** Files of photos that the server has open. */
const openFiles = async () =>
  (await openHandles(server)).filter((handle) => handle.includes("/photos/"));
const nothingOpen = () =>
  until("every file is closed", async () => (await openFiles()).length === 0);

test("who begins to read has these bytes to their end, also when the file is deleted", async () => {
  const bytes = png(24 * MIB, 5);
  const address = await upload(bytes);
  const photo = photosOf(server).at(-1);
  if (!photo) throw new Error("the photo is missing");
  const ranges = [{}, { range: "bytes=10-" }, { range: `bytes=0-${20 * MIB},${22 * MIB}-` }];
  const answers = await Promise.all(
    ranges.map((headers) => fetch(address, { headers, keepalive: false })),
  );
  await unlink(pathOf(server, photo));
  const [whole, rest, several] = await Promise.all(answers.map((answer) => answer.bytes()));
  expect(Buffer.from(whole ?? []).equals(bytes)).toBe(true);
  expect(Buffer.from(rest ?? []).equals(bytes.subarray(10))).toBe(true);
  const parts = Buffer.from(several ?? []);
  expect(parts.indexOf(bytes.subarray(0, 20 * MIB + 1))).toBeGreaterThan(0);
  expect(parts.indexOf(bytes.subarray(22 * MIB))).toBeGreaterThan(20 * MIB);
  await nothingOpen();
  expect((await fetch(address)).status).toBe(503);
});

/** Connections whose reader takes nothing of what it has asked for. */
async function readersWhoWait(count: number, range?: string): Promise<Wire[]> {
  const path = new URL(large).pathname;
  const header = range === undefined ? "" : `range: ${range}\r\n`;
  const wires: Wire[] = [];
  for (let at = 0; at < count; at += 1) {
    const wire = await openWire(server.port);
    wire.socket.pause();
    await wire.send(`GET ${path} HTTP/1.1\r\nhost: a\r\n${header}\r\n`);
    wires.push(wire);
  }
  await until("all are being served", async () => (await openFiles()).length >= count);
  return wires;
}

const SEVERAL = "bytes=0-536870911,600000000-";

test.each([undefined, "bytes=1000-", SEVERAL])(
  "a reader that goes away in the middle, range %p: the file is closed",
  async (range) => {
    const wires = await readersWhoWait(20, range);
    expect((await openFiles()).length).toBe(20);
    for (const wire of wires) wire.cut();
    await nothingOpen();
  },
  60_000,
);

test("a gigabyte, whole and in several parts: the memory stays as it is", async () => {
  const before = await residentOf(server);
  for (const headers of [{}, { range: SEVERAL }] as Record<string, string>[]) {
    const answer = await fetch(large, { headers, keepalive: false });
    let got = 0;
    for await (const piece of answer.body ?? []) got += piece.length;
    expect(got).toBeGreaterThan(1e9);
  }
  await memoryIsBack(server, before, 60 * MIB);
}, 60_000);

test("1,000 readers that wait: little memory, others are served, and nobody is cut for 40 seconds", async () => {
  const before = await residentOf(server);
  const wires = await readersWhoWait(1000);
  const begun = performance.now();
  expect((await residentOf(server)) - before).toBeLessThan(60 * MIB);
  expect((await (await fetch(link, { keepalive: false })).bytes()).length).toBe(FILE.length);
  // Bun by itself would cut them after 30 to 36 seconds (src/http/serving/slow-readers.ts).
  await Bun.sleep(40_000 - (performance.now() - begun));
  expect((await openFiles()).length).toBe(1000);
  for (const wire of wires) wire.cut();
  await nothingOpen();
}, 90_000);

const whyNot = whyNotTraced();

test.skipIf(whyNot !== undefined)(
  `a file that cannot be opened: 503, and nobody is told where it lies${whyNot ? ` (skipped: ${whyNot})` : ""}`,
  async () => {
    const fault = await inject(server, ["openat:error=EIO"], [largeFile]);
    try {
      for (const headers of [{}, { range: "bytes=5-" }, { range: SEVERAL }] as const) {
        const answer = await fetch(large, { headers, keepalive: false });
        expect(answer.status).toBe(503);
        expect(answer.headers.get("retry-after")).not.toBeNull();
        expect(await answer.text()).not.toContain(server.folder);
      }
      await until("the line", () => server.log().includes("an answer cannot be sent"));
    } finally {
      await fault.end();
    }
    const [first] = await Array.fromAsync((await fetch(large)).body ?? []);
    expect(first?.length).toBeGreaterThan(0);
  },
);

test("over TLS: the same bytes, and parts of them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "redeem-tls-"));
  const { cert, key } = selfSigned();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await Promise.all([Bun.write(certFile, cert), Bun.write(keyFile, key)]);
  await server.kill("SIGTERM");
  const env = { REDEEM_TLS_CERT: certFile, REDEEM_TLS_KEY: keyFile };
  server = await startServer({ folder: server.folder, env });
  const address = server.url + new URL(link).pathname;
  const over = (headers: Record<string, string>) =>
    fetch(address, { headers, keepalive: false, tls: { rejectUnauthorized: false } });
  try {
    expect(Buffer.from(await (await over({})).bytes()).equals(FILE)).toBe(true);
    const part = await over({ range: "bytes=1000000-2999999" });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.bytes()).equals(FILE.subarray(1_000_000, 3_000_000))).toBe(true);
    await nothingOpen();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

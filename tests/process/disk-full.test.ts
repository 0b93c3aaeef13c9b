import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { disagreements } from "../support/archive.ts";
import { pieces, type Piece, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { mp4, png } from "../support/media.ts";
import {
  askPiece,
  photosOf,
  sendPiece,
  sendWhole,
  sha256,
  storedHash,
} from "../support/over-http.ts";
import { photoIn } from "../support/redeem.ts";
import { nothingLeft, remainsOf, until, type Remains } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { browse, cookieOf, sendKey } from "../support/sign-in.ts";
import { API_KEY } from "../support/site.ts";
import { mountSmallDisk, whyNotMounted, type SmallDisk } from "../support/small-disk.ts";
import { openWire, requestHead } from "../support/wire.ts";

/** A disk that is full: every request says so, nothing is spoilt, and it goes on when there is space. */

const MIB = 1024 * 1024;
const OCTET = "application/octet-stream";

const reason = whyNotMounted();
if (reason) console.warn(`skipped: no small disk can be mounted here (${reason})`);

let disk: SmallDisk;
let server: TestServer;
let before: Remains;

async function start(size: string, reserve: string): Promise<void> {
  disk = mountSmallDisk(size);
  await mkdir(disk.folder);
  server = await startServer({ folder: disk.folder, env: { REDEEM_RESERVE: reserve } });
  await sendWhole(server, await server.token(), png());
  before = await remainsOf(server);
}

async function isRefused(answer: Response): Promise<void> {
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([507, "60"]);
  expect(answer.headers.get("content-type")).toStartWith("text/plain");
  expect(await answer.text()).toMatch(/^The server has no room for this .+\.$/);
}

async function isStored(photoId: number, file: Uint8Array): Promise<void> {
  const photo = photosOf(server).find(({ id }) => id === photoId);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
}

function planFor(file: Uint8Array, chunkSize: number, identifier = "a"): Plan {
  return { identifier, filename: `${identifier}.mp4`, chunkSize, totalSize: file.length };
}

function databaseIsWhole(): void {
  expect(rowsOf(server, "pragma integrity_check")).toEqual([{ integrity_check: "ok" }]);
}

afterEach(async () => {
  await server?.stop();
  disk?.unmount();
});

describe.skipIf(reason !== undefined)("a full disk", () => {
  beforeEach(() => start("24m", "0"));

  test("has room again when a photo is removed for good, and not while it is in the trash", async () => {
    const file = mp4(6 * MIB);
    const remove = (photo: number, more = "") =>
      fetch(`${server.url}/api/2/photo/delete?photo_id=${photo}${more}`, {
        headers: { authorization: `Bearer ${API_KEY}` },
        keepalive: false,
      });
    // As one chunk: of a whole file in a form it is not known what it is, and these have a part of the room.
    const plan = planFor(file, file.length);
    const send = (token: string) => sendPiece(server, token, plan, pieces(plan)[0] as Piece, file);
    const { photo_id: one } = await photoIn(await send(await server.token()));
    const token = await server.token();
    disk.fill(2 * MIB);
    await isRefused(await send(token));
    const free = disk.free();
    expect((await remove(one)).status).toBe(200);
    await isRefused(await send(token));
    expect((await remove(one, "&permanently=1")).status).toBe(200);
    // Whoever reads it at this moment, to make its hash, lets go of it.
    await until("there is room again", () => disk.free() - free > 5 * MIB);
    const { photo_id: two } = await photoIn(await send(token));
    // To the last byte: it is removed, or is there as before, and can be removed when there is a little room.
    disk.fill();
    const answer = await remove(two, "&permanently=1");
    if (answer.status !== 200) {
      await isRefused(answer);
      await isStored(two, file);
      disk.empty();
      expect((await remove(two, "&permanently=1")).status).toBe(200);
    }
    expect(photosOf(server)).toHaveLength(1);
    expect(await disagreements(server)).toEqual([]);
    databaseIsWhole();
  });

  test("in the middle of a chunk: 507, and the same client goes on when there is space", async () => {
    const file = mp4(6 * MIB);
    const plan = planFor(file, 2 * MIB);
    const [first, second, third] = pieces(plan) as [Piece, Piece, Piece];
    const token = await server.token();
    const photo = photosOf(server)[0];
    expect(await (await sendPiece(server, token, plan, first, file)).text()).toBe("ok");
    disk.fill(MIB);
    await isRefused(await sendPiece(server, token, plan, second, file));
    // What needs no space goes on.
    expect((await fetch(`${server.url}/health`, { keepalive: false })).status).toBe(200);
    expect(photo && (await storedHash(server, photo))).toBe(sha256(png()));
    const asked = [first, second].map((piece) => askPiece(server, token, plan, piece));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 204]);
    await isRefused(await sendPiece(server, token, plan, third, file));
    disk.empty();
    expect(await (await sendPiece(server, token, plan, third, file)).text()).toBe("ok");
    const { photo_id } = await photoIn(await sendPiece(server, token, plan, second, file));
    await isStored(photo_id, file);
    databaseIsWhole();
    await nothingLeft(server, before);
  });

  test("in the middle of an upload's first chunk: no use is kept from others", async () => {
    const file = mp4(8 * MIB);
    const plan = planFor(file, 4 * MIB);
    const token = await server.token();
    const query = new URLSearchParams({
      upload_token: token,
      resumableChunkNumber: "1",
      resumableChunkSize: String(plan.chunkSize),
      resumableTotalSize: String(plan.totalSize),
      resumableIdentifier: plan.identifier,
    });
    using wire = await openWire(server.port);
    const head = { "content-type": OCTET, "content-length": 4 * MIB };
    await wire.send(requestHead(head, { query: query.toString() }));
    await wire.send(file.subarray(0, MIB));
    await until("it is being written", async () => (await remainsOf(server)).uploads === 1);
    disk.fill();
    void wire.send(file.subarray(MIB, 4 * MIB));
    expect((await wire.answer()).status).toBe(507);
    wire.cut();
    disk.empty();
    // At once: nobody should have to wait for the reservation to lapse.
    const another = await sendWhole(server, token, png(50_000));
    expect(another.status).toBe(200);
    await isStored((await photoIn(another)).photo_id, png(50_000));
    await nothingLeft(server, before);
    databaseIsWhole();
  });

  test.each(["form", "octet"])(
    "in the middle of a whole file (%s): the token is good for another",
    async (how) => {
      const file = png(4 * MIB);
      const token = await server.token();
      using wire = await openWire(server.port);
      // No length is told, so that nothing can be foreseen.
      const type: Record<string, string> = how === "octet" ? { "content-type": OCTET } : {};
      const head = { ...type, "transfer-encoding": "chunked" };
      await wire.send(requestHead(head, { query: `upload_token=${token}` }));
      const send = async (bytes: Uint8Array | string) => {
        await wire.send(`${bytes.length.toString(16)}\r\n`);
        await wire.send(bytes);
        await wire.send("\r\n");
      };
      if (how === "form") {
        await send(
          '------a-boundary-of-the-test\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n',
        );
      }
      await send(file.subarray(0, MIB));
      await until("it is being written", async () => (await remainsOf(server)).spools === 1);
      disk.fill();
      void send(file.subarray(MIB));
      const answer = await wire.answer();
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([507, "60"]);
      wire.cut();
      disk.empty();
      await nothingLeft(server, before);
      const { photo_id } = await photoIn(await sendWhole(server, token, file));
      await isStored(photo_id, file);
      databaseIsWhole();
    },
  );

  test("for the database: 507, and no token, use or photo is lost", async () => {
    const token = await server.token();
    const plan = planFor(mp4(300), 100);
    const [first, second, third] = pieces(plan) as [Piece, Piece, Piece];
    expect((await sendPiece(server, token, plan, first, mp4(300))).status).toBe(200);
    disk.fill();
    // The chunk's own byte range lies in a page that the file has already.
    for (const piece of [second, third]) {
      await isRefused(await sendPiece(server, token, plan, piece, mp4(300)));
    }
    await isRefused(await sendWhole(server, token, png()));
    // What fits into the pages that the database has is promised, and kept.
    const promised = await server.token().catch(() => undefined);
    expect((await askPiece(server, token, plan, first)).status).toBe(200);
    expect((await fetch(`${server.url}/health`, { keepalive: false })).status).toBe(200);
    disk.empty();
    await sendPiece(server, token, plan, second, mp4(300));
    const { photo_id } = await photoIn(await sendPiece(server, token, plan, third, mp4(300)));
    await isStored(photo_id, mp4(300));
    const good = promised ?? (await server.token());
    expect((await sendWhole(server, good, png())).status).toBe(200);
    databaseIsWhole();
    await nothingLeft(server, before);
  });

  test("when a cancelled file's time is over: its bytes go, at the latest when there is space", async () => {
    const token = await server.token();
    const plan = planFor(mp4(300), 100);
    const [first] = pieces(plan) as [Piece];
    await sendPiece(server, token, plan, first, mp4(300));
    const body = new URLSearchParams({
      upload_token: token,
      resumableIdentifier: plan.identifier,
      resumableTotalSize: "300",
      resumableChunkSize: "100",
      resumableFilename: plan.filename,
      keep_seconds: "1",
    });
    const url = `${server.url}/api/2/photo/cancel-upload`;
    const answer = await fetch(url, { method: "POST", body, keepalive: false });
    expect(await answer.json()).toMatchObject({ data: { kept_seconds: 1 } });
    disk.fill();
    for (let made = true; made;) made = (await server.token().catch(() => "")) !== "";
    // Longer than they are kept, so that it was tried.
    await until("the time is over", () => {
      const query = "select kept_until from uploads where kept_until is not null";
      return rowsOf<{ kept_until: number }>(server, query).every(
        (row) => row.kept_until < Date.now(),
      );
    });
    disk.empty();
    await nothingLeft(server, before);
    databaseIsWhole();
  });

  test("keeps nobody from the archive's page who is signed in", async () => {
    const call = (path: string, init?: RequestInit) =>
      fetch(server.url + path, { redirect: "manual", keepalive: false, ...init });
    const cookie = cookieOf(await sendKey({ call }, API_KEY, { origin: server.url }));
    // That it is used would be written down now.
    const database = new Database(join(disk.folder, "redeem.db"));
    database.exec("update sessions set seen_at = seen_at - 600000");
    database.close();
    disk.fill();
    // Until no page of the database can be written any more.
    for (let made = true; made;) made = (await server.token().catch(() => "")) !== "";
    const { csrf } = await browse({ call }, cookie);
    const headers = { cookie, "redeem-csrf": csrf };
    expect((await call("/api/2/photo/list", { headers })).status).toBe(200);
    const events = await call("/archive/events", { headers: { cookie } });
    expect(events.status).toBe(200);
    await events.body?.cancel();
    // Nor does signing in anew, which cannot be written down, end what is there.
    const again = await sendKey({ call }, API_KEY, { origin: server.url, cookie });
    expect(again.status).toBe(507);
    disk.empty();
    expect((await browse({ call }, cookie)).csrf).toBe(csrf);
  });

  test("at any page of the last step: once it is a photo, or it can be sent again", async () => {
    for (let free = 0; free <= 24; free += 1) {
      const file = mp4(300, free + 1);
      const plan = planFor(file, 100, `pages-${free}`);
      const [first, second, third] = pieces(plan) as [Piece, Piece, Piece];
      const token = await server.token();
      for (const piece of [first, second]) await sendPiece(server, token, plan, piece, file);
      const photos = photosOf(server).length;
      disk.fill(free * 4096);
      const { status } = await sendPiece(server, token, plan, third, file);
      expect([200, 507]).toContain(status);
      expect(photosOf(server).length).toBe(status === 200 ? photos + 1 : photos);
      disk.empty();
      const { photo_id } = await photoIn(await sendPiece(server, token, plan, third, file));
      await isStored(photo_id, file);
      expect(photosOf(server)).toHaveLength(photos + 1);
      expect((await sendWhole(server, token, png())).status).toBe(404);
    }
    databaseIsWhole();
    await nothingLeft(server, before);
  });

  test("the server starts on what it left, and finishes it", async () => {
    const file = mp4(4 * MIB);
    const plan = planFor(file, MIB);
    const [first, ...others] = pieces(plan) as [Piece, ...Piece[]];
    const token = await server.token();
    await sendPiece(server, token, plan, first, file);
    disk.fill();
    for (const piece of others) await isRefused(await sendPiece(server, token, plan, piece, file));
    await server.kill("SIGKILL");
    disk.empty();
    server = await startServer({ folder: disk.folder, env: { REDEEM_RESERVE: "0" } });
    expect((await askPiece(server, token, plan, first)).status).toBe(200);
    const answers: Response[] = [];
    for (const piece of others) answers.push(await sendPiece(server, token, plan, piece, file));
    const { photo_id } = await photoIn(answers.at(-1) as Response);
    await isStored(photo_id, file);
    databaseIsWhole();
  });
});

/** The first bytes of an upload that says it is so large. */
function begin(token: string, totalSize: number, identifier: string): Promise<Response> {
  const plan = { identifier, filename: "a.mp4", chunkSize: 1000, totalSize };
  return sendPiece(server, token, plan, { number: 1, start: 0, end: 1000 }, mp4(1000));
}

describe.skipIf(reason !== undefined)("what cannot fit", () => {
  beforeEach(() => start("32m", "8MiB"));

  test("is refused at its first chunk and keeps no use", async () => {
    const token = await server.token();
    await isRefused(await begin(token, 100 * MIB, "large"));
    // It would fit, but not beside the reserve.
    await isRefused(await begin(token, disk.free() - 7 * MIB, "reserve"));
    await nothingLeft(server, before);
    expect(rowsOf(server, "select id from uploads where state <> 'finished'")).toEqual([]);
    expect((await sendWhole(server, token, png())).status).toBe(200);
  });

  test("nor do two that fit alone: what is promised is kept back", async () => {
    const [one, two, three] = [await server.token(), await server.token(), await server.token()];
    expect((await begin(one, 16 * MIB, "one")).status).toBe(200);
    await isRefused(await begin(two, 16 * MIB, "two"));
    expect((await begin(three, 4 * MIB, "three")).status).toBe(200);
    // Bytes on the disk take from the promise, not from the space twice.
    const rest = { number: 2, start: 1000, end: 2000 };
    const plan = { identifier: "one", filename: "a.mp4", chunkSize: 1000, totalSize: 16 * MIB };
    expect((await sendPiece(server, one, plan, rest, mp4(2000))).status).toBe(200);
    const { receiving } = await remainsOf(server);
    expect(receiving).toBe(2);
  });

  test("of many that begin together only those that fit are begun", async () => {
    const tokens = await Promise.all(Array.from({ length: 12 }, () => server.token()));
    const answers = await Promise.all(tokens.map((token, at) => begin(token, 5 * MIB, `${at}`)));
    const begun = answers.filter(({ status }) => status === 200).length;
    expect(begun).toBeGreaterThan(0);
    expect(begun * 5 * MIB).toBeLessThan(24 * MIB);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 507]));
    expect((await remainsOf(server)).receiving).toBe(begun);
  });

  test.each([OCTET, undefined])("a whole file by its Content-Length (%p)", async (type) => {
    const token = await server.token();
    using wire = await openWire(server.port);
    const head = { "content-length": 100 * MIB, ...(type ? { "content-type": type } : {}) };
    await wire.send(requestHead(head, { query: `upload_token=${token}` }));
    const part =
      '------a-boundary-of-the-test\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n';
    await wire.send(type ? png() : Buffer.concat([Buffer.from(part), png()]));
    const answer = await wire.answer();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([507, "60"]);
    wire.cut();
    await nothingLeft(server, before);
    expect((await stat(join(server.folder, "spool"))).isDirectory()).toBe(true);
    expect((await sendWhole(server, token, png())).status).toBe(200);
  });

  test("a failed or finished upload's promise is given back", async () => {
    const [one, two] = [await server.token(), await server.token()];
    const text = new Uint8Array(1000).fill(0x61);
    const plan = { identifier: "t", filename: "t.mp4", chunkSize: 1000, totalSize: 16 * MIB };
    const piece = { number: 1, start: 0, end: 1000 };
    expect((await sendPiece(server, one, plan, piece, text)).status).toBe(500);
    expect((await begin(two, 16 * MIB, "two")).status).toBe(200);
  });
});

import { beforeAll, describe, expect, test } from "bun:test";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { hashSecret } from "../../src/random.ts";
import { pieces, type Piece, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { flood, leaveFailed, octet } from "../support/flood.ts";
import { fileBeforeToken, tokenBehind } from "../support/late-token.ts";
import { mp4, png, textFile } from "../support/media.ts";
import {
  pathOf,
  photosOf,
  sendPiece,
  sendWhole,
  sha256,
  storedHash,
} from "../support/over-http.ts";
import { processorTimeOf } from "../support/processor.ts";
import { photoIn, redeemPath } from "../support/redeem.ts";
import { nothingLeft, remainsOf, until, type Remains } from "../support/remains.ts";
import { memoryIsBack, residentOf } from "../support/resident.ts";
import { serverForAll } from "../support/lifetime.ts";
import { requestHead } from "../support/wire.ts";

/** Clients that mean harm. Each may cost the server a bounded amount of memory, rows and files. */

const OCTET = "application/octet-stream";
const MIB = 1024 * 1024;

const server = serverForAll();
let before: Remains;
let resident: number;
beforeAll(async () => {
  await sendWhole(server, await server.token(), png());
  before = await remainsOf(server);
  resident = await residentOf(server);
});

const times = <Value>(count: number, make: (index: number) => Promise<Value>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

function rowsFor(token: string): { state: string }[] {
  const owner = `select id from upload_tokens where hash = '${hashSecret(token)}'`;
  return rowsOf(server, `select state from uploads where token_id = (${owner})`);
}

describe("more bytes than were declared", () => {
  const plan = { identifier: "more", filename: "more.mp4", chunkSize: 1000, totalSize: 2500 };

  test("are not written: the file is never longer than its total", async () => {
    const token = await server.token({ max_size: 2500 });
    const file = mp4(2 * MIB);
    for (const piece of [
      { number: 1, start: 0, end: 2 * MIB },
      { number: 2, start: 0, end: 2 * MIB },
      { number: 3, start: 0, end: 1000 },
      { number: 4, start: 0, end: 1000 },
      { number: 1, start: 0, end: 1000 },
      { number: 2, start: 0, end: 1501 },
    ]) {
      const { status } = await sendPiece(server, token, plan, piece, file);
      expect(status).toBe(piece.number === 1 && piece.end === 1000 ? 200 : 500);
    }
    const [upload] = rowsOf<{ file: string; received: number }>(
      server,
      "select file, received from uploads where state = 'receiving'",
    );
    expect(upload?.received).toBe(1000);
    const stored = Bun.file(join(server.folder, "uploads", String(upload?.file)));
    expect(stored.size).toBeLessThanOrEqual(2500);
    const last = { number: 2, start: 1000, end: 2500 };
    const { photo_id } = await photoIn(await sendPiece(server, token, plan, last, file));
    const photo = photosOf(server).find(({ id }) => id === photo_id);
    expect(photo && (await storedHash(server, photo))).toBe(sha256(file.slice(0, 2500)));
    await nothingLeft(server, before);
  });

  test("of two plans that overlap one is taken, and every byte is of one of them", async () => {
    const [mine, theirs] = [mp4(2500, 1), mp4(2500, 2)];
    for (let round = 0; round < 30; round += 1) {
      const token = await server.token();
      const one = pieces(plan).map((piece) => ({ piece, file: mine }));
      const other = pieces(plan, true).map((piece) => ({ piece, file: theirs }));
      await Promise.all(
        [...one, ...other].map(({ piece, file }) => sendPiece(server, token, plan, piece, file)),
      );
      // Who was refused while another was written comes again.
      for (const { piece, file } of [...other, ...one]) {
        await sendPiece(server, token, plan, piece, file);
      }
      const photo = photosOf(server).at(-1);
      const stored = await Bun.file(photo ? pathOf(server, photo) : "").bytes();
      expect(stored).toHaveLength(2500);
      const isOf = (start: number, end: number) =>
        [mine, theirs].some(
          (file) => Buffer.compare(file.slice(start, end), stored.slice(start, end)) === 0,
        );
      expect(isOf(0, 1000)).toBe(true);
      expect(isOf(1000, 2500) || (isOf(1000, 2000) && isOf(2000, 2500))).toBe(true);
      expect(rowsFor(token).map(({ state }) => state)).toEqual(["finished"]);
    }
    await nothingLeft(server, before);
  });
});

test("20,000 tiny chunks cost the same each, and are the file", async () => {
  const file = mp4(1_000_033);
  const plan = { identifier: "tiny", filename: "tiny.mp4", chunkSize: 50, totalSize: file.length };
  const all = pieces(plan);
  expect(all.length).toBe(20_000);
  const token = await server.token();
  // The server's processor time at the beginning, and behind each quarter of them.
  const spent = [processorTimeOf(server)];
  let answered = 0;
  const outcomes: string[] = [];
  await flood(
    server,
    all.length,
    8,
    (index) => {
      // From its end to its start, save for the beginning, that shows what it is.
      const piece = all[index === 0 ? 0 : all.length - index] as Piece;
      return octet(token, plan, piece.number, file.subarray(piece.start, piece.end));
    },
    (_, status, text) => {
      if (status !== 200) throw new Error(`${status} ${text}`);
      answered += 1;
      if (answered % 5000 === 0) spent.push(processorTimeOf(server));
      if (text !== "ok") outcomes.push(text);
    },
  );
  const [begin = 0, first = 0, , third = 0, fourth = 0] = spent;
  expect(fourth - third).toBeLessThan(3 * (first - begin));
  expect(outcomes).toHaveLength(1);
  const photo = photosOf(server).at(-1);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
  await until(
    "its chunks are forgotten",
    () => rowsOf(server, "select 1 from chunks limit 1").length === 0,
  );
  await nothingLeft(server, before);
  await memoryIsBack(server, resident);
}, 60_000);

const planOf = (identifier: string, totalSize = 1000): Plan => ({
  identifier,
  filename: "f.png",
  chunkSize: 1000,
  totalSize,
});

const post = (query: string, body: Uint8Array<ArrayBuffer> | URLSearchParams) =>
  fetch(`${server.url}${redeemPath()}?${query}`, {
    method: "POST",
    body,
    headers: body instanceof URLSearchParams ? {} : { "content-type": OCTET },
    keepalive: false,
  });

describe("one token", () => {
  const text = textFile(1000);
  const first = { number: 1, start: 0, end: 1000 };
  const chunk = (token: string, of: Plan, bytes = text) =>
    sendPiece(server, token, of, first, bytes);
  const WAYS: [what: string, send: (token: string, index: number) => Promise<Response>][] = [
    ["files of no photo, in chunks", (token, index) => chunk(token, planOf(`new-${index}`))],
    ["the same file of no photo again and again", (token) => chunk(token, planOf("again"))],
    ["totals of 9 PB", (token, index) => chunk(token, planOf(`${index}`, 9_000_000_000_000_000))],
    [
      "numbers beyond the file",
      (token, index) => sendPiece(server, token, planOf(`${index}`), { ...first, number: 9 }, text),
    ],
    ["whole files of no photo", (token) => sendWhole(server, token, text)],
    [
      "whole files of no photo beside an upload in chunks",
      (token) => sendWhole(server, token, text),
    ],
    ["whole files, octet", (token) => post(`upload_token=${token}`, text)],
    ["forms without a file", (token) => post("", new URLSearchParams({ upload_token: token }))],
  ];

  test.each(WAYS)("leaves no more than a thousand failures behind: %s", async (what, send) => {
    const token = await server.token({ max_uploads: 2 });
    if (what.includes("beside")) await chunk(token, planOf("beside", 3000), png(1000));
    leaveFailed(server, token, 990);
    const statuses: number[] = [];
    for (let index = 0; index < 40; index += 1) statuses.push((await send(token, index)).status);
    expect(rowsFor(token).length).toBeLessThanOrEqual(1002);
    // The same file may as well take the place of its last failure.
    if (!what.includes("again")) expect(statuses.at(-1)).toBe(503);
    // Nobody else is held up.
    expect((await sendWhole(server, await server.token(), png())).status).toBe(200);
  });

  test("good for 50 begins 50 uploads of thousands", async () => {
    const token = await server.token({ max_uploads: 50 });
    const counts = new Map<number, number>();
    await flood(
      server,
      3000,
      8,
      (index) => octet(token, planOf(`${index}`, 2000), 1, png(1000)),
      (_, status) => counts.set(status, (counts.get(status) ?? 0) + 1),
    );
    expect([...counts].toSorted()).toEqual([
      [200, 50],
      [404, 2950],
    ]);
    expect(rowsFor(token)).toHaveLength(50);
    await memoryIsBack(server, resident);
  });
});

const ASKED =
  "resumableChunkNumber=1&resumableChunkSize=9&resumableTotalSize=9&resumableIdentifier=a";

test("4,000 guessed tokens are answered 404 and cost next to nothing", async () => {
  const tables = ["uploads", "upload_tokens", "photos", "deliveries", "chunks"];
  const count = () => tables.map((table) => rowsOf(server, `select count(*) as n from ${table}`));
  const known = count();
  const files = (await remainsOf(server)).uploads;
  const spent = processorTimeOf(server);
  await flood(
    server,
    4000,
    8,
    (index) => {
      const guess = sha256(Buffer.from(`${index}`));
      // A third of them only asks.
      if (index % 3 === 0) {
        return requestHead({}, { method: "GET", query: `upload_token=${guess}&${ASKED}` });
      }
      return octet(guess, planOf("a"), 1, textFile(1000));
    },
    (_, status, text) => {
      if (status !== 404 || text !== "The upload token is invalid.")
        throw new Error(`${status} ${text}`);
    },
  );
  expect(processorTimeOf(server) - spent).toBeLessThan(8000);
  expect(count()).toEqual(known);
  expect((await remainsOf(server)).uploads).toBe(files);
  await memoryIsBack(server, resident);
});

describe("files before their upload token", () => {
  const file = png(20_000);

  const begin = (length?: number) => fileBeforeToken(server, file, length);

  test("leave nothing behind, however they end", async () => {
    for (let round = 0; round < 4; round += 1) {
      const wires = await times(20, () => begin());
      await Promise.all(
        wires.map(async (wire, index) => {
          if (index % 3 > 0)
            await wire.send(tokenBehind(index % 3 === 1 ? "wrong" : "y".repeat(64)));
          if (index % 3 === 2) await wire.answer();
          wire.cut();
        }),
      );
      await until("gone", async () => (await remainsOf(server)).spools === 0);
    }
  });

  test("keep no room from others by a length that nobody has vouched for", async () => {
    const { bavail, bsize } = await statfs(server.folder);
    const wire = await begin(bavail * bsize - 300 * MIB);
    await until("it comes in", async () => (await remainsOf(server)).spools === 1);
    const first = { number: 1, start: 0, end: 1000 };
    const large = planOf("large", 1024 * MIB);
    const answer = await sendPiece(server, await server.token(), large, first, mp4(1000));
    wire.cut();
    expect(answer.status).toBe(200);
  });
});

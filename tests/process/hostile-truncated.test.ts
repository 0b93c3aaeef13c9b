import { beforeAll, describe, expect, test } from "bun:test";
import { png } from "../support/media.ts";
import { photosOf, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { photoIn } from "../support/redeem.ts";
import { nothingLeft, remainsOf, until, type Remains } from "../support/remains.ts";
import { serverForAll } from "../support/lifetime.ts";
import type { TestServer } from "../support/server.ts";
import { BOUNDARY, multipart, openWire, requestHead } from "../support/wire.ts";

/** Bodies that stop short of their end. Whatever happens, the token must stay good for another try. */

const FILE = png(200_000);
const CLOSING = `\r\n--${BOUNDARY}--\r\n`;

const server = serverForAll({ env: { REDEEM_STALL: "2s" } });
/** One that bears silence for longer than a test looks at it. */
const patient = serverForAll();
let before: Remains;
beforeAll(async () => {
  await sendWhole(server, await server.token(), png());
  before = await remainsOf(server);
});

function bodyFor(token: string): Buffer {
  return multipart(BOUNDARY, [
    { name: "upload_token", value: token },
    { name: "title", value: "A field before the file" },
    { name: "file", filename: "photo.png", value: FILE },
  ]);
}

const CUTS: [where: string, at: (body: Buffer) => number][] = [
  ["before the first boundary", () => 5],
  ["in a part's header", (body) => body.indexOf("name=") + 3],
  ["in a field's value", (body) => body.indexOf("A field before") + 7],
  ["in the file's header", (body) => body.indexOf("filename=") + 4],
  ["at the file's first byte", (body) => body.indexOf(FILE.subarray(0, 8)) + 1],
  ["in the middle of the file", (body) => body.indexOf(FILE.subarray(0, 8)) + 100_000],
  ["before the closing boundary", (body) => body.length - CLOSING.length],
  ["in the closing boundary", (body) => body.length - 6],
];

/** After it a whole file with the same token, good for one, must become a photo with its own bytes. */
async function tokenIsStillGood(token: string, of: TestServer = server): Promise<void> {
  const again = png(5000, token.charCodeAt(0));
  const { photo_id } = await photoIn(await sendWhole(of, token, again));
  const photo = photosOf(of).find(({ id }) => id === photo_id);
  expect(photo && (await storedHash(of, photo))).toBe(sha256(again));
}

async function start(token: string, at: (body: Buffer) => number, promised?: "all there is") {
  const body = bodyFor(token);
  const sent = body.subarray(0, at(body));
  const wire = await openWire(server.port);
  const length = promised ? sent.length : body.length;
  await wire.send(requestHead({ "content-length": length }));
  await wire.send(sent);
  return wire;
}

describe.each(CUTS)("a body cut %s", (_where, at) => {
  test.each(["closed", "half-closed"])("and the connection %s leaves nothing", async (how) => {
    const photos = photosOf(server).length;
    const token = await server.token();
    using wire = await start(token, at);
    if (how === "closed") wire.cut();
    else {
      wire.socket.end();
      await wire.closed;
    }
    await nothingLeft(server, before);
    expect(photosOf(server)).toHaveLength(photos);
    await tokenIsStillGood(token);
  });

  test("and that is all there is to come: 400", async () => {
    const token = await server.token();
    using wire = await start(token, at, "all there is");
    const answer = await wire.answer();
    expect([answer.status, answer.text]).toEqual([
      400,
      expect.stringMatching(/^The request's body cannot be read: .+\.$/) as unknown as string,
    ]);
    expect(answer.headers.get("content-type")).toStartWith("text/plain");
    wire.cut();
    await nothingLeft(server, before);
    await tokenIsStillGood(token);
  });
});

describe("silence", () => {
  test.concurrent.each(CUTS)("after a cut %s: 408, and the connection is over", async (_, at) => {
    const token = await server.token();
    using wire = await start(token, at);
    const answer = await wire.answer();
    expect([answer.status, answer.text]).toEqual([408, "Nothing was received for 2 seconds."]);
    expect(answer.headers.get("retry-after")).toBe("1");
    await wire.closed;
    await tokenIsStillGood(token);
  });
});

test("after all the silence nothing is left", () => nothingLeft(server, before));

test("an upload that is cut off holds a use for as long as it lasts, and no longer", async () => {
  const free = await remainsOf(patient);
  const token = await patient.token();
  using wire = await openWire(patient.port);
  const head = { "content-length": 1000, "content-type": "application/octet-stream" };
  await wire.send(requestHead(head, { query: `upload_token=${token}` }));
  await wire.send(png(1000).subarray(0, 900));
  await until("a use is reserved", async () => (await remainsOf(patient)).receiving === 1);
  const refused = await sendWhole(patient, token, png());
  expect([refused.status, await refused.text()]).toEqual([
    503,
    "Another file holds the last use of the upload token at this moment; try again.",
  ]);
  wire.cut();
  await nothingLeft(patient, { ...free, handles: Number.POSITIVE_INFINITY });
  await tokenIsStillGood(token, patient);
});

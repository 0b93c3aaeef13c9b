import { afterEach, expect, test } from "bun:test";
import { createAdmission } from "../../src/http/admission.ts";
import { requestsThatFit } from "../../src/http/handles.ts";
import { pieces } from "../support/chunks.ts";
import { mp4, png } from "../support/media.ts";
import { photosOf, sendPiece, sendWhole } from "../support/over-http.ts";
import { residentOf } from "../support/resident.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { openWire } from "../support/wire.ts";

/** Issue 7, 8: requests that nobody waits for. Before, 16 such connections took 6.9 GB and 100 s. */

let server: TestServer;
afterEach(() => server?.stop());

const head = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;
const LIST = "/api/2/photo/list";

test.each(["/health", LIST, "/api/2/photo/redeem-upload-token?upload_token=x"])(
  "16 connections full of GET %s: 503 and close, little memory, and others are served",
  async (path) => {
    server = await startServer({ env: { REDEEM_PUBLIC_LIST: "1" } });
    await fetch(`${server.url}${LIST}`);
    const before = await residentOf(server);
    const many = Buffer.from(head(path).repeat(20_000));
    const wires = await Promise.all(Array.from({ length: 16 }, () => openWire(server.port)));
    let received = "";
    wires[0]?.socket.on("data", (piece) => {
      received += piece.toString();
    });
    for (const wire of wires) void wire.send(many);
    const begun = performance.now();
    const health = await fetch(`${server.url}/health`);
    expect(health.status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(20_000);
    await Promise.all(wires.map((wire) => wire.closed));
    for (const wire of wires) wire.cut();
    // The last one says why; a reset may have taken it on its way.
    const answers = received.split(/(?=HTTP\/1\.1 )/);
    expect(answers.length).toBeLessThanOrEqual(33);
    const last = answers.at(-1) ?? "";
    if (last.startsWith("HTTP/1.1 503")) {
      expect(last).toMatch(/connection: close/i);
      expect(last).toMatch(/retry-after: 1/i);
    }
    expect((await residentOf(server)) - before).toBeLessThan(80 * 1024 ** 2);
  },
);

test("the refusal comes as 503 with `Connection: close`, and the rest is not read", async () => {
  server = await startServer();
  using wire = await openWire(server.port);
  await wire.send(head("/health").repeat(40));
  const statuses: number[] = [];
  for (;;) {
    const answer = await wire.answer().catch(() => undefined);
    if (!answer) break;
    statuses.push(answer.status);
    if (answer.status !== 200) expect(answer.headers.get("connection")).toBe("close");
  }
  expect(statuses).toEqual([...Array.from({ length: 32 }, () => 200), 503]);
});

test("a page of another origin can read the refusal, and try again", async () => {
  server = await startServer();
  using wire = await openWire(server.port);
  const path = "/api/2/photo/redeem-upload-token?upload_token=x";
  const one = `GET ${path} HTTP/1.1\r\nhost: a\r\norigin: https://a.example\r\n\r\n`;
  await wire.send(one.repeat(33));
  for (let sent = 0; sent < 32; sent += 1) expect((await wire.answer()).status).toBe(404);
  const { status, headers, text } = await wire.answer();
  expect([status, text]).toEqual([
    503,
    "The server has too many requests under way; try again in a moment.",
  ]);
  expect(headers.get("access-control-allow-origin")).toBe("https://a.example");
  expect(headers.get("retry-after")).toBe("1");
});

test("a connection that waits for its answers may send as many as it likes", async () => {
  server = await startServer();
  using wire = await openWire(server.port);
  for (let sent = 0; sent < 300; sent += 1) {
    await wire.send(head("/health"));
    expect((await wire.answer()).status).toBe(200);
  }
  // A few at a time is what honest clients do.
  await wire.send(head("/health").repeat(8));
  for (let sent = 0; sent < 8; sent += 1) expect((await wire.answer()).status).toBe(200);
});

test("500 uploads and 300 chunks at once are no flood", async () => {
  server = await startServer({ env: { REDEEM_SYNC: "0" } });
  const token = await server.token({ max_uploads: 501 });
  const whole = Array.from({ length: 500 }, () => sendWhole(server, token, png(2000)));
  expect((await Promise.all(whole)).map(({ status }) => status)).toEqual(Array(500).fill(200));
  const file = mp4(300 * 1000);
  const plan = { identifier: "p", filename: "p.mp4", chunkSize: 1000, totalSize: file.length };
  const chunks = pieces(plan).map((piece) => sendPiece(server, token, plan, piece, file));
  expect((await Promise.all(chunks)).map(({ status }) => status)).toEqual(Array(300).fill(200));
  expect(photosOf(server).length).toBe(501);
});

test("the total is bounded too, and room comes back when answers have gone", async () => {
  let pending = 0;
  const admission = createAdmission({ perConnection: 2, total: 3, pending: () => pending });
  expect(["a", "a", "a", "b", "c"].map((name) => admission.enter(name))).toEqual([
    true,
    true,
    false,
    true,
    false,
  ]);
  admission.leave("a");
  // Answered, but not gone before the turn has ended.
  expect(admission.enter("c")).toBe(false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(admission.enter("c")).toBe(true);
  expect(admission.enter(undefined)).toBe(false);
  for (const name of ["a", "b", "c"]) admission.leave(name);
  await new Promise((resolve) => setImmediate(resolve));
  // What the server is still sending counts as well.
  pending = 4;
  expect(admission.enter("d")).toBe(false);
});

test("there are never more requests than handles for them", () => {
  expect(requestsThatFit(4096, 1_048_576)).toBe(4096);
  expect(requestsThatFit(4096, 1024)).toBe(480);
  expect(requestsThatFit(4096, 10)).toBe(1);
});

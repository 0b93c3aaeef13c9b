import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chunkFields } from "../support/chunks.ts";
import { png, textFile } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { nothingLeft, remainsOf, until, type Remains } from "../support/remains.ts";
import { serverForAll } from "../support/lifetime.ts";
import { BOUNDARY, openWire, partHead, requestHead } from "../support/wire.ts";

/** What is refused is refused at once: a client must not send a gigabyte to be told no. */

const GIGABYTE = 1024 ** 3;
const OCTET = { "content-type": "application/octet-stream", "content-length": GIGABYTE };
// With a byte of the file: the line end before it may be the beginning of a boundary.
const FILE_PART = partHead(BOUNDARY, { name: "file", filename: "photo.png" });
const fileBegins = () => Buffer.concat([FILE_PART, png().subarray(0, 1)]);

const server = serverForAll();
let before: Remains;
beforeAll(async () => {
  await sendWhole(server, await server.token(), png());
  before = await remainsOf(server);
});
afterEach(() => nothingLeft(server, before));

type Case = {
  query?: (token: string) => string;
  /** What is sent before the answer must be there. */
  body?: (token: string) => (string | Uint8Array)[];
  headers?: Record<string, string | number>;
  token?: Record<string, string | number>;
  answer: [status: number, text: string | RegExp];
  cors?: string | null;
};

const ALLOWED = "https://www.example.com";
const OTHER = "https://evil.example";
const UNKNOWN = "x".repeat(64);

const plan = (totalSize: number, chunkSize = 64 * 1024 * 1024) => ({
  identifier: "late",
  filename: "photo.png",
  chunkSize,
  totalSize,
});
const chunkQuery = (token: string, of = plan(GIGABYTE), number = 1) =>
  new URLSearchParams([["upload_token", token], ...chunkFields(of, number)]).toString();

const CASES: [what: string, of: Case][] = [
  [
    "an unknown token in the query of an octet body",
    {
      query: () => `upload_token=${UNKNOWN}`,
      headers: { ...OCTET, origin: OTHER },
      answer: [404, "The upload token is invalid."],
      cors: OTHER,
    },
  ],
  [
    "an unknown token in the query of a form",
    {
      query: () => `upload_token=${UNKNOWN}`,
      body: () => [fileBegins()],
      answer: [404, "The upload token is invalid."],
    },
  ],
  [
    "an unknown token in a field",
    {
      body: () => [partHead(BOUNDARY, { name: "upload_token" }), `${UNKNOWN}\r\n`, fileBegins()],
      answer: [404, "The upload token is invalid."],
    },
  ],
  [
    "the wrong origin with an octet body",
    {
      query: (token) => `upload_token=${token}`,
      headers: { ...OCTET, origin: OTHER },
      token: { origin: ALLOWED },
      answer: [403, "The upload token may not be used from this web origin."],
      cors: null,
    },
  ],
  [
    "the wrong origin with a form",
    {
      query: (token) => `upload_token=${token}`,
      headers: { origin: OTHER },
      body: () => [fileBegins()],
      token: { origin: ALLOWED },
      answer: [403, "The upload token may not be used from this web origin."],
      cors: null,
    },
  ],
  [
    "chunk 1 of a text file",
    {
      query: (token) => chunkQuery(token),
      headers: { origin: OTHER },
      body: () => [FILE_PART, textFile(70_000)],
      answer: [500, /^The file type is not supported: this is not a photo or video\./],
      cors: OTHER,
    },
  ],
  [
    "chunk 1 of a text file, octet",
    {
      query: (token) => chunkQuery(token),
      headers: OCTET,
      body: () => [textFile(70_000)],
      answer: [500, /^The file type is not supported: this is not a photo or video\./],
    },
  ],
  [
    "the start of a whole text file of 1 GB",
    {
      query: (token) => `upload_token=${token}&format=json`,
      body: () => [FILE_PART, textFile(70_000)],
      answer: [415, /"code":"file_not_supported"/],
    },
  ],
  [
    "a chunk of a file that is too large",
    {
      query: (token) => chunkQuery(token, plan(2001)),
      body: () => [fileBegins()],
      token: { max_size: 2000 },
      answer: [500, /^The file is too large: at most .+ \(2000 bytes\) are taken\.$/],
    },
  ],
  [
    "a whole file as soon as it is too large",
    {
      query: (token) => `upload_token=${token}`,
      body: () => [FILE_PART, png(70_000)],
      token: { max_size: 2000 },
      answer: [413, /"code":"file_too_large"/],
    },
  ],
  [
    "a chunk longer than chunks are",
    {
      query: (token) => chunkQuery(token, plan(100_000, 1000), 2),
      body: () => [FILE_PART, png(70_000)],
      answer: [500, "Chunk 2 has the wrong chunk size: 1000 bytes were expected and more came."],
    },
  ],
  [
    "a body of another kind",
    {
      headers: { "content-type": "text/html" },
      answer: [400, /^The body must be multipart\/form-data, or the file's own bytes/],
    },
  ],
];

describe.each(CASES)("%s", (_what, { query, body, headers, token: parameters, answer, cors }) => {
  async function refused() {
    const token = await server.token(parameters);
    const wire = await openWire(server.port);
    const head = { "content-length": GIGABYTE, ...headers };
    await wire.send(requestHead(head, { query: query?.(token) ?? "" }));
    for (const piece of body?.(token) ?? []) await wire.send(piece);
    const got = await wire.answer();
    expect(got.status).toBe(answer[0]);
    if (typeof answer[1] === "string") expect(got.text).toBe(answer[1]);
    else expect(got.text).toMatch(answer[1]);
    if (cors !== undefined) expect(got.headers.get("access-control-allow-origin")).toBe(cors);
    return { token, wire };
  }

  test("is refused before the rest is sent, and the client goes away", async () => {
    const { wire, token } = await refused();
    wire.cut();
    if (parameters?.["max_size"]) return;
    await nothingLeft(server, before);
    // No use was spent on it.
    const origin = parameters?.["origin"];
    if (!origin) expect((await sendWhole(server, token, png())).status).toBe(200);
  });

  test("keeps nothing of what the client sends all the same", async () => {
    const { wire } = await refused();
    const more = png(1024 * 1024);
    for (let sent = 0; sent < 8; sent += 1) await wire.send(more);
    await until("nothing of it is kept", async () => {
      const { spools, uploads, receiving } = await remainsOf(server);
      return spools + uploads + receiving === 0;
    });
    wire.cut();
  });
});

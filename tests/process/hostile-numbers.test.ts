import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chunkFields } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { photosOf, sendWhole } from "../support/over-http.ts";
import { startReceiver } from "../support/receiver.ts";
import { redeemPath } from "../support/redeem.ts";
import { nothingLeft, remainsOf, type Remains } from "../support/remains.ts";
import { serverForAll } from "../support/lifetime.ts";

/** Chunk parameters that are no numbers, or numbers of no file. */

const FILE = png(1000);
const PLAN = { identifier: "1000-photo", filename: "photo.png", chunkSize: 1000, totalSize: 5000 };

const server = serverForAll();
let before: Remains;
beforeAll(async () => {
  await sendWhole(server, await server.token(), png());
  before = await remainsOf(server);
});
afterEach(() => nothingLeft(server, before));

type Way = (token: string, changed: Record<string, string>) => Promise<Response>;

function parametersFor(token: string, changed: Record<string, string>): URLSearchParams {
  const query = new URLSearchParams([["upload_token", token], ...chunkFields(PLAN, 1)]);
  for (const [name, value] of Object.entries(changed)) query.set(name, value);
  return query;
}

const post = (query: string, body: BodyInit, headers: HeadersInit = {}) =>
  fetch(`${server.url}${redeemPath()}${query}`, {
    method: "POST",
    body,
    headers,
    keepalive: false,
  });

function form(query: URLSearchParams, order: "first" | "last"): FormData {
  const made = new FormData();
  if (order === "first") for (const [name, value] of query) made.append(name, value);
  made.append("file", new Blob([FILE]), "photo.png");
  if (order === "last") for (const [name, value] of query) made.append(name, value);
  return made;
}

const WAYS: [name: string, send: Way][] = [
  ["fields before the file", (token, to) => post("", form(parametersFor(token, to), "first"))],
  ["fields behind the file", (token, to) => post("", form(parametersFor(token, to), "last"))],
  [
    "the query of an octet body",
    (token, to) =>
      post(`?${parametersFor(token, to)}`, FILE, { "content-type": "application/octet-stream" }),
  ],
];

const NO_NUMBERS = [
  "12345678901234567890",
  "-1",
  "1.5",
  "0x10",
  "1e3",
  "9007199254740993",
  "١٢",
  "1 0",
  "Infinity",
  "NaN",
  "1;drop table uploads",
];

describe.each(WAYS)("in %s", (_name, send) => {
  for (const parameter of [
    "resumableTotalSize",
    "resumableChunkSize",
    "resumableChunkNumber",
  ] as const) {
    test.each(NO_NUMBERS)(`${parameter} = %s is no number: 400`, async (value) => {
      const answer = await send(await server.token(), { [parameter]: value });
      expect([answer.status, await answer.text()]).toEqual([
        400,
        `${parameter} must be a whole number, not ${JSON.stringify(value)}.`,
      ]);
    });
  }

  test("a total of 9e15 bytes is too large: 500, nothing is reserved", async () => {
    const token = await server.token();
    const answer = await send(token, { resumableTotalSize: "9000000000000000" });
    expect(answer.status).toBe(500);
    expect(await answer.text()).toStartWith("The file is too large: at most ");
    await nothingLeft(server, before);
    expect((await sendWhole(server, token, png())).status).toBe(200);
  });

  test("the backend is told of a refused chunk once", async () => {
    const receiver = startReceiver();
    try {
      const return_url = `${receiver.url}/back`;
      const token = await server.token({ return_url, background_return_p: 1 });
      const answer = await send(token, { resumableTotalSize: "9000000000000000" });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([
        500,
        "text/plain; charset=utf-8",
      ]);
      const [told] = await receiver.got(1);
      expect(told?.url.searchParams.get("error_message")).toBe(await answer.text());
      const upload = `select id from upload_tokens where return_url = '${return_url}'`;
      const sql = `select state from deliveries where upload_id in
        (select id from uploads where token_id in (${upload}))`;
      expect(rowsOf(server, sql)).toHaveLength(1);
    } finally {
      await receiver.stop();
    }
  });

  const BEYOND: [what: string, changed: Record<string, string>][] = [
    ["a number beyond the file", { resumableChunkNumber: "6" }],
    ["the largest number", { resumableChunkNumber: "9007199254740991" }],
    [
      "a product beyond all numbers",
      { resumableChunkNumber: "9007199254740991", resumableChunkSize: "9007199254740991" },
    ],
  ];
  test.each(BEYOND)("%s: 500, and no byte anywhere", async (_what, changed) => {
    const photos = photosOf(server).length;
    const answer = await send(await server.token(), changed);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain("lies beyond the end of the file");
    expect(photosOf(server)).toHaveLength(photos);
  });

  test.each(["resumableChunkNumber", "resumableChunkSize", "resumableTotalSize"])(
    "%s = 0 makes it a whole file",
    async (parameter) => {
      const answer = await send(await server.token(), { [parameter]: "0" });
      expect([answer.status, photosOf(server).at(-1)?.size]).toEqual([200, FILE.length]);
    },
  );

  test("a chunk size of which nothing is sent: 500, the use is free again", async () => {
    const token = await server.token();
    const answer = await send(token, { resumableChunkSize: "2000" });
    expect([answer.status, await answer.text()]).toEqual([
      500,
      "Chunk 1 has the wrong chunk size: 2000 bytes were expected and 1000 came.",
    ]);
    await nothingLeft(server, before);
    expect((await sendWhole(server, token, png())).status).toBe(200);
  });
});

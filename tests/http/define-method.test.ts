import { beforeAll, describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { addKey } from "../../src/api-keys.ts";
import { requireLevel } from "../../src/http/caller.ts";
import { defineMethod, type Method } from "../../src/http/define-method.ts";
import { object, pageOf } from "../../src/http/output.ts";
import { createCors } from "../../src/http/cors.ts";
import { createDownloads } from "../../src/http/serving/downloads.ts";
import { createRequestLog } from "../../src/http/request-log.ts";
import { serveMethod } from "../../src/http/serve-method.ts";
import { Problem } from "../../src/problem.ts";
import { siteForAll } from "../support/lifetime.ts";
import { API_KEY } from "../support/site.ts";

const input = Type.Object({
  count: Type.Integer({ minimum: 1, maximum: 9, description: "How many.", examples: [2] }),
  name: Type.Optional(Type.String({ maxLength: 5, description: "Whose.", examples: ["Ann"] })),
  all_p: Type.Boolean({ default: false, description: "All of them.", examples: [true] }),
});
const fields = Type.Object({
  count: Type.Integer(),
  name: Type.String({ element: true }),
  all_p: Type.Boolean(),
  open: Type.Boolean({ letters: true }),
});
const shared = { level: "read", topic: "site", summary: "x", description: "x", input } as const;
const example = { count: 2, name: "Ann", all_p: true, open: true };

const one = defineMethod({
  ...shared,
  path: "test/one",
  output: object({ name: "One", key: "one", message: "There it is", fields }),
  example: { input: { count: 2 }, output: () => example },
  run: async ({ input: { count, name = "", all_p }, others, caller, version }) => {
    if (others.has("refuse")) throw new Problem("no_file", "Nothing is there.");
    if (others.has("break")) throw new Error("a defect");
    if (others.has("super")) requireLevel(caller, "super", version);
    return { count, name, all_p, open: !all_p };
  },
});

const many = defineMethod({
  ...shared,
  path: "test/many",
  level: "anonymous",
  unsupported: { colour: "there are no colours." },
  output: pageOf({ name: "Thing", key: "thing", beside: "stuff", fields }),
  example: { input: {}, output: () => ({ items: [example], page: 1, size: 2, total: 1 }) },
  run: async ({ input: { count } }) => ({
    items: Array.from({ length: count }, (_, index) => ({ ...example, count: index })),
    page: 1,
    size: 9,
    total: count,
  }),
});

/** Only what fits its schemas compiles: `bun run check` looks at these. */
export const misfits: Method[] = [
  defineMethod({
    ...one,
    output: object({ name: "One", key: "one", message: "", fields }),
    // @ts-expect-error a field is missing
    run: async () => ({ count: 1, name: "", all_p: true }),
  }),
  defineMethod({
    ...one,
    output: object({ name: "One", key: "one", message: "", fields }),
    // @ts-expect-error a field is of another type
    run: async () => ({ ...example, count: "1" }),
  }),
  defineMethod({
    ...shared,
    path: "test/none",
    output: object({ name: "One", key: "one", message: "", fields }),
    example: { input: {}, output: () => example },
    // @ts-expect-error there is no such parameter
    run: async (call) => ({ ...example, name: String(call.input.nothing) }),
  }),
];

const site = siteForAll();
let app: { handle(request: Request): Promise<Response> };
beforeAll(() => {
  const {
    records,
    files,
    events,
    sessions,
    secret,
    passphrases,
    uploads,
    now,
    publicUrl,
    storage,
  } = site.site;
  const context = {
    records,
    files,
    events,
    secret,
    passphrases,
    uploads,
    downloads: createDownloads(now),
    now,
    publicUrl,
    maxSize: 1,
    types: [],
    publicList: false,
    stripGps: false,
    pingbackTo: { urls: [], domain: "redeem.test" },
    onDelivery: () => undefined,
    graceMs: 0,
    storage,
    server: { version: "0", startedAt: 0, ffmpeg: false, reserve: 0 },
    cors: createCors([]),
    stallMs: 60_000,
    requests: createRequestLog(0),
    site: { domain: "redeem.test", name: "Redeem" },
    credentials: { records, sessions, secret, now, publicUrl, operatorKey: API_KEY },
  };
  const routes = new Elysia();
  for (const method of [one, many] as Method[]) {
    for (const version of [1, 2] as const) routes.use(serveMethod(context, method, version));
  }
  app = routes;
});

const call = (path: string, init: RequestInit = {}, key = API_KEY) => {
  const headers = new Headers(init.headers);
  if (key) headers.set("authorization", `Bearer ${key}`);
  return app.handle(new Request(`http://redeem.test${path}`, { ...init, headers }));
};
const json = async (answer: Promise<Response>) => (await answer).json() as Promise<object>;

describe("one declaration makes", () => {
  test("version 2: JSON of the declared types, letters where they are declared", async () => {
    expect(await json(call("/api/2/test/one?count=3&name=Ann&all_p=t"))).toEqual({
      status: "ok",
      permission_level: "super",
      cached: false,
      message: "There it is",
      data: { count: 3, name: "Ann", all_p: true, open: "f" },
    });
  });

  test("version 1: XML, and JSON under its own key, all as text", async () => {
    const xml = await (await call("/api/test/one?count=3&name=Ann")).text();
    expect(xml).toContain(
      '<response status="ok" permission_level="super" message="There it is" cached="0"><count>3</count><name>Ann</name><all_p>0</all_p><open>1</open></response>',
    );
    expect(await json(call("/api/test/one?count=3&format=json&raw=1"))).toMatchObject({
      one: { count: "3", name: "", all_p: "0", open: "1" },
      endpoint: "/api/test/one",
    });
  });

  test("GET and POST, and for POST both kinds of form", async () => {
    const urlencoded = new URLSearchParams({ count: "4" });
    const multipart = new FormData();
    multipart.set("count", "4");
    for (const body of [urlencoded, multipart]) {
      expect(await json(call("/api/2/test/one?count=3", { method: "POST", body }))).toMatchObject({
        data: { count: 4 },
      });
    }
  });

  test("a page: in XML attributes, and elements where they are declared", async () => {
    const xml = await (await call("/api/test/many?count=2", {}, "")).text();
    expect(xml).toContain(
      '<response status="ok" permission_level="anonymous" p="1" size="9" total_count="2" cached="0"><thing count="0" all_p="1" open="1"><name>Ann</name></thing><thing count="1"',
    );
    expect(await json(call("/api/test/many?count=2&format=json&raw=1", {}, ""))).toMatchObject({
      thing: { count: "0", all_p: 1, open: "1" },
      things: [{ count: "0" }, { count: "1" }],
    });
    expect(await json(call("/api/2/test/many?count=1", {}, ""))).toEqual({
      status: "ok",
      permission_level: "anonymous",
      cached: false,
      message: "",
      p: 1,
      size: 9,
      total_count: 1,
      data: [{ count: 0, name: "Ann", all_p: true, open: "t" }],
      stuff: [{ count: 0, name: "Ann", all_p: true, open: "t" }],
    });
  });

  test("the refusal of what the vendor has and it has not, where that has a value", async () => {
    const refused = { status: "error", message: "colour is not supported: there are no colours." };
    expect(await json(call("/api/2/test/many?count=1&colour=red"))).toMatchObject(refused);
    expect(await json(call("/api/2/test/many?count=1&colour="))).toMatchObject({ status: "ok" });
  });

  test("the check of its level, before anything is read", async () => {
    const { secret } = await addKey(site.site.records, "anonymous", "low");
    const answer = await call("/api/2/test/one?count=none", {}, secret);
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ code: "permission_denied", permission_level: "anonymous" }),
    ]);
    expect((await call("/api/2/test/one?count=3", {}, "")).status).toBe(401);
  });

  test.each([
    ["", "count is missing: it must be a whole number from 1 to 9."],
    ["?count=", "count is missing: it must be a whole number from 1 to 9."],
    ["?count=0", 'count must be a whole number from 1 to 9, not "0".'],
    ["?count=1&name=Annabel", 'name must be text of at most 5 characters, not "Annabel".'],
    ["?count=1&all_p=2", 'all_p must be 1 or 0, not "2".'],
    ["?count=1&refuse=1", "Nothing is there."],
    ["?count=1&callback=1()", "callback must be an identifier (letters, digits, _, $ and .)."],
  ])("what is refused at %p, with the status in version 2 alone", async (query, message) => {
    const answer = await call(`/api/2/test/one${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ status: "error", message });
    const old = await call(`/api/test/one${query}`);
    expect(old.status).toBe(200);
    expect(await old.text()).toContain('<response status="error"');
  });

  test("what only some calls need is asked for by the handler", async () => {
    const { secret } = await addKey(site.site.records, "read", "reader");
    expect((await call("/api/2/test/one?count=1", {}, secret)).status).toBe(200);
    expect((await call("/api/2/test/one?count=1&super=1", {}, secret)).status).toBe(403);
  });

  test("no answer of a defect: it goes on to the app, which logs it", async () => {
    expect((await call("/api/2/test/one?count=1&break=1")).status).toBe(500);
  });
});

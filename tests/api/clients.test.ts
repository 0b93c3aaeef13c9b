import { beforeAll, describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { chunkFields, pieces, type Piece, type Plan } from "../support/chunks.ts";
import { png } from "../support/media.ts";
import { oauthHeader, oauthParameters, type Signing } from "../support/oauth.ts";
import {
  formOf,
  originalOf,
  photoCount,
  redeemPath,
  type Part,
  type PhotoIds,
} from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";
import { API_KEY, ORIGIN } from "../support/site.ts";

/** Section 7 of the protocol: facts about programs in use. */

const site = siteForAll();
let signing: Signing;
beforeAll(async () => {
  const { key } = await addKey(site.site.records, "write", "client");
  const id = String(key.id);
  signing = { key: id, token: id, ...site.site.secret.oauth(key.id) };
});

const file = png(10_500);
const plan: Plan = {
  identifier: "10500-catpng",
  filename: "cat.png",
  chunkSize: 1000,
  totalSize: file.length,
};

/** All of Resumable.js's parameters. */
function resumableFields(of: Plan, { number, start, end }: Piece, count: number): Part[] {
  return [
    ["resumableChunkNumber", String(number)],
    ["resumableChunkSize", String(of.chunkSize)],
    ["resumableCurrentChunkSize", String(end - start)],
    ["resumableTotalSize", String(of.totalSize)],
    ["resumableType", "image/png"],
    ["resumableIdentifier", of.identifier],
    ["resumableFilename", of.filename],
    ["resumableRelativePath", of.filename],
    ["resumableTotalChunks", String(count)],
  ];
}

const queryOf = (parts: readonly Part[]) =>
  String(new URLSearchParams(parts.map(([name, value]) => [name, String(value)])));

/** Takes the tasks some at a time, as clients do. */
async function inParallel<T>(width: number, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const at = next;
      next += 1;
      results[at] = await (tasks[at] as () => Promise<T>)();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

describe("Resumable.js", () => {
  type Shape = { version: 1 | 2; method: string; octet: boolean; query: boolean; force: boolean };
  const shapes: [string, Shape][] = [
    ["1.0.2: form only", { version: 1, method: "POST", octet: false, query: false, force: false }],
    ["1.0.3 on", { version: 1, method: "POST", octet: false, query: true, force: false }],
    ["forceChunkSize", { version: 2, method: "POST", octet: false, query: true, force: true }],
    ["octet", { version: 1, method: "POST", octet: true, query: true, force: false }],
    ["octet, PUT", { version: 2, method: "PUT", octet: true, query: true, force: true }],
    ["PATCH", { version: 2, method: "PATCH", octet: false, query: true, force: false }],
  ];

  test.each(shapes)("%s: GET, then POST, 3 in parallel, first and last first", async (_, shape) => {
    const token = await site.token({ return_url: "https://shop.example/done" });
    const all = pieces(plan, shape.force);
    const first = [all[0], all.at(-1), ...all.slice(1, -1)] as Piece[];
    const path = redeemPath(shape.version);
    const answers = await inParallel(
      3,
      first.map((piece) => async () => {
        const fields = resumableFields(plan, piece, all.length);
        const query = queryOf([...fields, ["upload_token", token]]);
        expect((await site.call(`${path}?${query}`)).status).toBe(204);
        const bytes = file.slice(piece.start, piece.end);
        const body = shape.octet
          ? bytes
          : formOf([...fields, ["upload_token", token], ["file", bytes, plan.filename]]);
        return site.call(shape.query ? `${path}?${query}` : path, {
          method: shape.method,
          body,
          headers: shape.octet ? { "content-type": "application/octet-stream" } : {},
        });
      }),
    );
    const done = answers.filter(({ status }) => status === 301);
    expect(done).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(all.length - 1);
    const back = new URL(done[0]?.headers.get("location") ?? "").searchParams;
    const ids = Object.fromEntries(back) as unknown as PhotoIds;
    expect(await originalOf(site, ids)).toEqual(file);
    // Nothing of what Resumable.js says of itself goes back.
    expect([...back.keys()].some((name) => name.startsWith("resumable"))).toBe(false);
    // A page that lost the last answer and asks again: 200 for every chunk, never a redirect.
    for (const piece of all) {
      const fields = resumableFields(plan, piece, all.length);
      const again = await site.call(`${path}?${queryOf([...fields, ["upload_token", token]])}`);
      expect(again.status).toBe(200);
      expect(await again.text()).toStartWith("ok redeem.test ");
    }
  });

  test("withCredentials: the origin is named and credentials are allowed", async () => {
    const token = await site.token();
    const [piece] = pieces(plan) as [Piece];
    const fields = resumableFields(plan, piece, 10);
    const response = await site.call(redeemPath(1), {
      method: "POST",
      body: formOf([...fields, ["upload_token", token], ["file", file.slice(0, 1000), "cat.png"]]),
      headers: { origin: "https://shop.example", cookie: "a=b" },
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
  });
});

test("a Node command-line client (v2): token, file, then the rest, 5 at a time", async () => {
  const asked = await site.call("/api/2/photo/get-upload-token?title=cat.png&publish=1", {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  const token = ((await asked.json()) as { data: { upload_token: string } }).data.upload_token;
  const own = { ...plan, identifier: "cat.png" };
  const all = pieces(own, true);
  let retries = 0;
  const bodies = await inParallel(
    5,
    all.map((piece) => async () => {
      for (let attempt = 0; attempt <= 5; attempt += 1) {
        const response = await site.call(redeemPath(2), {
          method: "POST",
          body: formOf([
            ["upload_token", token],
            ["file", file.slice(piece.start, piece.end), own.filename],
            ...chunkFields(own, piece.number),
            ["resumableTotalChunks", String(all.length)],
          ]),
        });
        if (response.status === 200) return response.text();
        expect(response.status).not.toBe(500);
        retries += 1;
      }
      throw new Error("gave up");
    }),
  );
  const outcomes = bodies.filter((body) => body !== "ok");
  expect(outcomes).toHaveLength(1);
  // It reads the id at the top level.
  const ids = JSON.parse(outcomes[0] ?? "") as PhotoIds;
  expect(ids.photo_id).toBeNumber();
  expect(await originalOf(site, ids)).toEqual(file);
  expect(await photoCount(site, token)).toBe(1);
  expect(retries).toBe(0);
});

describe("a .NET client (v1, XML, OAuth)", () => {
  const PATH = "/api/photo/get-upload-token";
  const fields: [string, string][] = [
    ["return_url", " "],
    ["title", "Grüße & Katzen"],
    ["max_uploads", "2"],
  ];

  async function uploadTokenOf(signed: Record<string, string>): Promise<string> {
    const authorization = oauthHeader(
      { method: "POST", url: ORIGIN + PATH, fields: signed },
      signing,
    );
    const response = await site.call(PATH, {
      method: "POST",
      body: formOf(fields),
      headers: { authorization },
    });
    expect(response.status).toBe(200);
    const xml = await response.text();
    expect(xml).toContain('<response status="ok" permission_level="write"');
    expect(xml).toContain("<title>Grüße &amp; Katzen</title><");
    expect(xml).toContain("<return_url/>");
    return /<upload_token>(\w{64})<\/upload_token>/.exec(xml)?.[1] ?? "";
  }

  test.each([
    // RFC 5849, 3.4.1.3.1: the fields of a multipart body are not signed.
    ["as the RFC has it, the multipart fields unsigned", {}],
    ["the multipart fields signed like urlencoded ones", Object.fromEntries(fields)],
  ])("%s; redeems a whole file, file first", async (_what, signed) => {
    const token = await uploadTokenOf(signed);
    const response = await site.call(redeemPath(1), {
      method: "POST",
      body: formOf([
        ["file", file, "cat.png"],
        ["upload_token", token],
      ]),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("xml");
    expect(await response.text()).toMatch(/<response status="ok"[^>]*><photo_id>\d+/);
  });
});

test("a Drupal module: signed GET with format=json&raw=1, form post, redirect followed", async () => {
  const url = `${ORIGIN}/api/photo/get-upload-token?format=json&raw=1&return_url=https%3A%2F%2Fdrupal.example%2Fback%3Fq%3D1`;
  const query = new URLSearchParams(oauthParameters({ method: "GET", url }, signing));
  const asked = await site.call(`${url.slice(ORIGIN.length)}&${query}`);
  const { uploadtoken } = (await asked.json()) as { uploadtoken: { upload_token: string } };
  const form = formOf([
    ["upload_token", uploadtoken.upload_token],
    ["file", file, "cat.png"],
  ]);
  const response = await site.call(redeemPath(1), {
    method: "POST",
    body: form,
    headers: { origin: "https://drupal.example" },
  });
  // 301 is followed as GET by every XHR; the answer must be readable on its way.
  expect(response.status).toBe(301);
  expect(response.headers.get("access-control-allow-origin")).toBe("https://drupal.example");
  const location = response.headers.get("location") ?? "";
  expect(location).toStartWith("https://drupal.example/back?q=1&");
  const { searchParams } = new URL(location);
  expect(searchParams.get("photo_id")).toMatch(/^\d+$/);
  expect(searchParams.get("token")).toMatch(/^\w{32}$/);
  // Its signature is not for others to read.
  expect([...searchParams.keys()].some((name) => name.startsWith("oauth_"))).toBe(false);
});

test("a Node library (v1): urlencoded POST with format=json&raw=1", async () => {
  const fields = { format: "json", raw: "1", title: "Cat", max_uploads: "2" };
  const path = "/api/photo/get-upload-token";
  const authorization = oauthHeader({ method: "POST", url: ORIGIN + path, fields }, signing);
  const asked = await site.call(path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { authorization },
  });
  // Its HTTP client, restler, parses what is called JSON, and it parses what it gets from restler.
  const isJson = asked.headers.get("content-type")?.startsWith("application/json");
  const got: unknown = isJson ? await asked.json() : await asked.text();
  const body = JSON.parse(got as string);
  expect(body.status).toBe("ok");
  expect(body.uploadtoken).toMatchObject({
    upload_token: expect.stringMatching(/^\w{64}$/),
    title: "Cat",
    max_uploads: "2",
  });
});

test("an HTML form lands on return_url", async () => {
  const token = await site.token({ return_url: "https://shop.example/thanks" });
  const response = await site.call(redeemPath(1), {
    method: "POST",
    body: formOf([
      ["upload_token", token],
      ["file", file, "C:\\fakepath\\cat.png"],
      ["submit", "Send"],
    ]),
  });
  expect(response.status).toBe(301);
  const url = new URL(response.headers.get("location") ?? "");
  expect(url.origin + url.pathname).toBe("https://shop.example/thanks");
  expect(url.searchParams.get("submit")).toBe("Send");
});

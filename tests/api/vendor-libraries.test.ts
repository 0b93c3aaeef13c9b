import { beforeAll, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { png } from "../support/media.ts";
import type { Signing } from "../support/oauth.ts";
import { fileForm, originalOf, photoIn, redeem } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";
import { signedByNode, signedByPhp, urlencode } from "../support/vendor-signing.ts";

/**
 * The vendor's own libraries (protocol 7; issue 7, 17), request by request as their sources write them, each with its own
 * signature.
 */

const site = siteForAll();
let key: Signing;
beforeAll(async () => {
  const added = await addKey(site.site.records, "write", "client");
  key = { key: String(added.key.id), ...site.site.secret.oauth(added.key.id) };
});

type Fields = Record<string, string>;

/** A file goes in with the upload token, whoever asked for it. */
async function isGood(uploadToken: string | undefined): Promise<void> {
  expect(uploadToken).toMatch(/^\w{64}$/);
  const file = png(900);
  const response = await redeem(site, fileForm(uploadToken ?? "", file));
  expect(await originalOf(site, await photoIn(response))).toEqual(file);
}

const phpQuery = (fields: Fields) =>
  Object.entries(fields)
    .map(([name, value]) => `${urlencode(name)}=${urlencode(value)}`)
    .join("&");

const PATH = "/api/photo/get-upload-token";

test("the PHP library: a GET, and the answer as text for the caller to read", async () => {
  const fields = { return_url: "https://shop.example/back?q=1&r=~a", title: "Grüße & Küsse ~" };
  const authorization = signedByPhp(key, "GET", PATH, fields);
  const response = await site.call(`${PATH}?${phpQuery(fields)}`, { headers: { authorization } });
  const xml = await response.text();
  expect(xml).toContain('<response status="ok" permission_level="write"');
  expect(xml).toContain("<return_url>https://shop.example/back?q=1&amp;r=~a</return_url>");
  const [, uploadToken = ""] = /<upload_token>(\w+)</.exec(xml) ?? [];
  const answer = await redeem(site, fileForm(uploadToken, png()));
  expect(answer.headers.get("location")).toStartWith("https://shop.example/back?q=1&r=~a&domain=");
});

test("the PHP library: an urlencoded POST, as curl sends it", async () => {
  const fields = { format: "json", raw: "1", title: "Cat", tags: "black" };
  const response = await site.call(PATH, {
    method: "POST",
    body: phpQuery(fields),
    headers: {
      authorization: signedByPhp(key, "POST", PATH, fields),
      "content-type": "application/x-www-form-urlencoded",
    },
  });
  const body = JSON.parse(await response.text()) as { uploadtoken: Fields };
  await isGood(body.uploadtoken["upload_token"]);
});

function callOfNode(path: string, data: Fields): Promise<Response> {
  const fields = { ...data, format: "json", raw: "1" };
  return site.call(path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { authorization: signedByNode(key, path, fields), accept: "*/*" },
  });
}

test("the Node library: its signature is accepted", async () => {
  const response = await callOfNode(PATH, { title: "A cat (big)!", max_uploads: "2" });
  const body = JSON.parse(await response.text()) as { status: string; uploadtoken: Fields };
  expect(body.status).toBe("ok");
  expect(body.uploadtoken["title"]).toBe("A cat (big)!");
  await isGood(body.uploadtoken["upload_token"]);
});

/**
 * How the Node library reads an answer: `restler`, its HTTP client, parses `application/json` (without
 * the type's parameters) and hands all else on as text, which the library then parses itself.
 */
async function readByNode(response: Response): Promise<unknown> {
  const text = await response.text();
  const type = (response.headers.get("content-type") ?? "").replace(/;.*/, "");
  const handedOn: unknown = type === "application/json" ? JSON.parse(text) : text;
  // What is no text becomes "[object Object]", as it does there.
  return JSON.parse(String(handedOn)) as unknown;
}

test.each([PATH, "/api/photo/list"])("the Node library reads the answer of %s", async (path) => {
  expect(await readByNode(await callOfNode(path, {}))).toMatchObject({ status: "ok" });
});

test("the Node library reads an error", async () => {
  const answer = await callOfNode(PATH, { max_uploads: "0" });
  expect(await readByNode(answer)).toMatchObject({
    status: "error",
    message: expect.stringContaining("max_uploads"),
  });
});

import { beforeAll, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { addKey } from "../../src/commands/key.ts";
import { png } from "../support/media.ts";
import { fileForm, originalOf, photoIn, redeem } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";
import { ORIGIN } from "../support/site.ts";

/**
 * The vendor's own libraries (protocol 7; issue 7, 17), request by request as their sources write them:
 * each signs by code of its own, which is not quite what RFC 5849 has.
 */

const site = siteForAll();
let key: { id: string; consumerSecret: string; tokenSecret: string };
beforeAll(async () => {
  const added = await addKey(site.site.records, "write", "client");
  key = { id: String(added.key.id), ...site.site.secret.oauth(added.key.id) };
});

type Fields = Record<string, string>;

const nonce = () => crypto.randomUUID().replaceAll("-", "");
const seconds = () => String(Math.round(Date.now() / 1000));
const sha1 = (secret: string, text: string) =>
  createHmac("sha1", secret).update(text).digest("base64");

/** A file goes in with the upload token, whoever asked for it. */
async function isGood(uploadToken: string | undefined): Promise<void> {
  expect(uploadToken).toMatch(/^\w{64}$/);
  const file = png(900);
  const response = await redeem(site, fileForm(uploadToken ?? "", file));
  expect(await originalOf(site, await photoIn(response))).toEqual(file);
}

/** PHP's urlencode: a space is a plus, and of marks only these stay. */
function urlencode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

/** `_signRequest` of the PHP library: its realm is an address within an address. */
function signedByPhp(method: string, endpoint: string, fields: Fields): string {
  const all: Fields = {
    ...fields,
    oauth_consumer_key: key.id,
    oauth_token: key.id,
    oauth_signature_method: "HMAC-SHA1",
    oauth_timestamp: seconds(),
    oauth_nonce: nonce().slice(0, 16),
    oauth_version: "1.0",
  };
  const names = Object.keys(all).toSorted();
  const pairs = names.map((name) => `${urlencode(name)}=${urlencode(all[name] ?? "")}`).join("&");
  const base = `${method}&${urlencode(ORIGIN + endpoint)}&${urlencode(pairs)}`;
  const signature = sha1(`${key.consumerSecret}&${key.tokenSecret}`, base);
  return [
    `OAuth realm="http://${ORIGIN}"`,
    `oauth_consumer_key="${urlencode(key.id)}"`,
    `oauth_token="${urlencode(key.id)}"`,
    'oauth_signature_method="HMAC-SHA1"',
    `oauth_signature="${urlencode(signature)}"`,
    `oauth_timestamp="${all["oauth_timestamp"]}"`,
    `oauth_nonce="${all["oauth_nonce"]}"`,
    'oauth_version="1.0"',
  ].join(", ");
}

const phpQuery = (fields: Fields) =>
  Object.entries(fields)
    .map(([name, value]) => `${urlencode(name)}=${urlencode(value)}`)
    .join("&");

const PATH = "/api/photo/get-upload-token";

test("the PHP library: a GET, and the answer as text for the caller to read", async () => {
  const fields = { return_url: "https://shop.example/back?q=1&r=~a", title: "Grüße & Küsse ~" };
  const authorization = signedByPhp("GET", PATH, fields);
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
      authorization: signedByPhp("POST", PATH, fields),
      "content-type": "application/x-www-form-urlencoded",
    },
  });
  const body = JSON.parse(await response.text()) as { uploadtoken: Fields };
  await isGood(body.uploadtoken["upload_token"]);
});

/** `uriEncode` of the Node library. */
function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `oauth.signature` of the Node library. */
function signedByNode(path: string, fields: Fields): string {
  const all: Fields = {
    ...fields,
    oauth_timestamp: seconds(),
    oauth_nonce: nonce(),
    oauth_version: "1.0",
    oauth_signature_method: "HMAC-SHA1",
    oauth_consumer_key: key.id,
    oauth_token: key.id,
  };
  const names = Object.keys(all).toSorted();
  const pair = (name: string, quote = "") =>
    `${uriEncode(name)}=${quote}${uriEncode(all[name] ?? "")}${quote}`;
  const pairs = names.map((name) => pair(name)).join("&");
  const base = ["POST", uriEncode(ORIGIN + path), uriEncode(pairs)].join("&");
  const signature = uriEncode(sha1(`${key.consumerSecret}&${key.tokenSecret}`, base));
  const said = names.filter((name) => name.startsWith("oauth_")).map((name) => pair(name, '"'));
  return `OAuth ${[...said, `oauth_signature="${signature}"`].join(", ")}`;
}

function callOfNode(path: string, data: Fields): Promise<Response> {
  const fields = { ...data, format: "json", raw: "1" };
  return site.call(path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { authorization: signedByNode(path, fields), accept: "*/*" },
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

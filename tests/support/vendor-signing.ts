import { createHmac } from "node:crypto";
import type { Signing } from "./oauth.ts";
import { ORIGIN } from "./site.ts";

/**
 * How the vendor's own libraries sign, by code of their own, which is not quite what RFC 5849 has
 * (protocol 7; issue 7, 17).
 */

type Fields = Record<string, string>;

const nonce = () => crypto.randomUUID().replaceAll("-", "");
const seconds = () => String(Math.round(Date.now() / 1000));
const sha1 = (secret: string, text: string) =>
  createHmac("sha1", secret).update(text).digest("base64");

/** PHP's urlencode: a space is a plus, and of marks only these stay. */
export function urlencode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

/** `_signRequest` of the PHP library: its realm is an address within an address. */
export function signedByPhp(
  key: Signing,
  method: string,
  endpoint: string,
  fields: Fields,
): string {
  const all: Fields = {
    ...fields,
    oauth_consumer_key: key.key,
    oauth_token: key.key,
    oauth_signature_method: "HMAC-SHA1",
    oauth_timestamp: seconds(),
    oauth_nonce: nonce().slice(0, 16),
    oauth_version: "1.0",
  };
  const names = Object.keys(all).toSorted();
  const pairs = names.map((name) => `${urlencode(name)}=${urlencode(all[name] ?? "")}`).join("&");
  const base = `${method}&${urlencode(ORIGIN + endpoint)}&${urlencode(pairs)}`;
  const signature = sha1(`${key.consumerSecret}&${key.tokenSecret ?? ""}`, base);
  return [
    `OAuth realm="http://${ORIGIN}"`,
    `oauth_consumer_key="${urlencode(key.key)}"`,
    `oauth_token="${urlencode(key.key)}"`,
    'oauth_signature_method="HMAC-SHA1"',
    `oauth_signature="${urlencode(signature)}"`,
    `oauth_timestamp="${all["oauth_timestamp"]}"`,
    `oauth_nonce="${all["oauth_nonce"]}"`,
    'oauth_version="1.0"',
  ].join(", ");
}

/** `uriEncode` of the Node library. */
function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `oauth.signature` of the Node library. */
export function signedByNode(key: Signing, path: string, fields: Fields): string {
  const all: Fields = {
    ...fields,
    oauth_timestamp: seconds(),
    oauth_nonce: nonce(),
    oauth_version: "1.0",
    oauth_signature_method: "HMAC-SHA1",
    oauth_consumer_key: key.key,
    oauth_token: key.key,
  };
  const names = Object.keys(all).toSorted();
  const pair = (name: string, quote = "") =>
    `${uriEncode(name)}=${quote}${uriEncode(all[name] ?? "")}${quote}`;
  const pairs = names.map((name) => pair(name)).join("&");
  const base = ["POST", uriEncode(ORIGIN + path), uriEncode(pairs)].join("&");
  const signature = uriEncode(sha1(`${key.consumerSecret}&${key.tokenSecret ?? ""}`, base));
  const said = names.filter((name) => name.startsWith("oauth_")).map((name) => pair(name, '"'));
  return `OAuth ${[...said, `oauth_signature="${signature}"`].join(", ")}`;
}

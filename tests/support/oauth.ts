import { createHmac } from "node:crypto";
import { addKey } from "../../src/api-keys.ts";
import type { TestSite } from "./site.ts";

export type Signing = {
  key: string;
  consumerSecret: string;
  token?: string;
  tokenSecret?: string;
  timestamp?: number;
  nonce?: string;
  method?: "HMAC-SHA1" | "HMAC-SHA256" | "PLAINTEXT";
};

export type Call = { method: string; url: string; fields?: Record<string, string> };

/** RFC 5849, 3.6. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** OAuth 1.0a parameters for a call, as a client of its own would make them (RFC 5849). */
export function oauthParameters(call: Call, signing: Signing): Record<string, string> {
  const method = signing.method ?? "HMAC-SHA1";
  const oauth: Record<string, string> = {
    oauth_consumer_key: signing.key,
    oauth_nonce: signing.nonce ?? crypto.randomUUID(),
    oauth_signature_method: method,
    oauth_timestamp: String(signing.timestamp ?? Math.floor(Date.now() / 1000)),
    oauth_version: "1.0",
    ...(signing.token === undefined ? {} : { oauth_token: signing.token }),
  };
  const secret = `${encode(signing.consumerSecret)}&${encode(signing.tokenSecret ?? "")}`;
  if (method === "PLAINTEXT") return { ...oauth, oauth_signature: secret };
  const { origin, pathname, searchParams } = new URL(call.url);
  const pairs = [
    ...searchParams,
    ...Object.entries(call.fields ?? {}),
    ...Object.entries(oauth),
  ].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const base = [call.method, origin + pathname, pairs.toSorted().join("&")].map(encode).join("&");
  const hash = method === "HMAC-SHA1" ? "sha1" : "sha256";
  return { ...oauth, oauth_signature: createHmac(hash, secret).update(base).digest("base64") };
}

/** The same as an Authorization header. */
export function oauthHeader(call: Call, signing: Signing): string {
  const pairs = Object.entries(oauthParameters(call, signing)).map(
    ([name, value]) => `${name}="${encode(value)}"`,
  );
  return `OAuth realm="", ${pairs.join(", ")}`;
}

/** The secrets of a new key of level `write`, as a client that signs has them. */
export async function signingKey({ site }: TestSite): Promise<Signing> {
  const { key } = await addKey(site.records, "write", "client");
  const id = String(key.id);
  return { key: id, token: id, ...site.secret.oauth(key.id) };
}

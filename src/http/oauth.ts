import { createHmac } from "node:crypto";
import { Problem } from "../problem.ts";
import { hashSecret, sameSecret } from "../random.ts";
import type { Caller, Credentials } from "./caller.ts";
import { readQuery } from "./form.ts";

/**
 * OAuth 1.0a (RFC 5849), as the .NET and PHP clients of the vendor's service sign their requests. The
 * consumer key and the token are both the id of an API key; their secrets are derived from the site's
 * own (`redeem key create` prints them).
 */

/** How far a client's clock may be off. */
const CLOCK_MS = 10 * 60_000;

/** A header beyond this many characters is nobody's: a signed one has some 400. */
const LONGEST_HEADER = 8 * 1024;

const HASHES: Record<string, string> = { "HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256" };

/**
 * The caller that signed the request; undefined where nobody did.
 * @param params query and urlencoded fields together
 * @throws Problem invalid_signature
 */
export async function oauthCaller(
  request: Request,
  header: string,
  params: ReadonlyMap<string, string>,
  credentials: Credentials,
): Promise<Caller | undefined> {
  const oauth = readHeader(header) ?? readParams(params);
  if (!oauth) return undefined;
  const keyId = Number(oauth.get("oauth_consumer_key"));
  const key = Number.isSafeInteger(keyId) ? await credentials.records.keys.byId(keyId) : undefined;
  if (!key || key.revokedAt !== null) throw wrong("the consumer key is not known");
  const token = oauth.get("oauth_token");
  if (token && token !== String(key.id)) throw wrong("the token is not the consumer's");
  const { consumerSecret, tokenSecret } = credentials.secret.oauth(key.id);
  const signingKey = `${encode(consumerSecret)}&${token ? encode(tokenSecret) : ""}`;
  const method = oauth.get("oauth_signature_method") ?? "";
  const signature = oauth.get("oauth_signature") ?? "";
  if (!(method === "PLAINTEXT" && sameSecret(signature, signingKey))) {
    const hash = Object.hasOwn(HASHES, method) ? HASHES[method] : undefined;
    if (!hash) throw wrong("the signature method must be HMAC-SHA1, HMAC-SHA256 or PLAINTEXT");
    const right = addresses(request, credentials.publicUrl()).some((address) =>
      signable(request, params).some((parameters) =>
        [encode, encodeAsPhp].some((writing) => {
          const base = baseString(request.method, address, parameters, oauth, writing);
          const expected = createHmac(hash, signingKey).update(base).digest("base64");
          return sameSecret(signature, expected);
        }),
      ),
    );
    if (!right) throw wrong("the signature does not fit the request");
    await requireFresh(oauth, key.id, credentials);
  }
  return { level: key.level, userId: key.id };
}

/** From one pair to the next, each where the last one ended: the time is that of the header's length. */
function readHeader(header: string): Map<string, string> | undefined {
  const scheme = /^OAuth\s/i.exec(header);
  if (!scheme) return undefined;
  if (header.length > LONGEST_HEADER) throw wrong("the header is too long");
  const found = new Map<string, string>();
  const pair = /[\s,]*([\w.~-]+)="([^"]*)"/y;
  pair.lastIndex = scheme[0].length;
  for (let match = pair.exec(header); match; match = pair.exec(header)) {
    const [, name = "", value = ""] = match;
    if (name !== "realm") found.set(name, decodeSafely(value));
  }
  return found;
}

function readParams(params: ReadonlyMap<string, string>): Map<string, string> | undefined {
  if (!params.has("oauth_signature")) return undefined;
  return new Map([...params].filter(([name]) => name.startsWith("oauth_")));
}

/** The address as the client may have known it: behind a proxy it is the public one. */
function addresses(request: Request, publicUrl: string): string[] {
  const { protocol, host, pathname } = new URL(request.url);
  const own = `${protocol}//${host.toLowerCase()}${pathname}`;
  return [own, publicUrl.replace(/\/$/, "") + pathname];
}

/** Of a multipart body nothing is signed (RFC 5849, 3.4.1.3.1); there are clients that do it still. */
function signable(request: Request, params: ReadonlyMap<string, string>) {
  const multipart = /^multipart\//i.test(request.headers.get("content-type") ?? "");
  return multipart ? [readQuery(request), params] : [params];
}

function baseString(
  method: string,
  address: string,
  params: ReadonlyMap<string, string>,
  oauth: ReadonlyMap<string, string>,
  written: (text: string) => string,
): string {
  const all = new Map([...params, ...oauth]);
  all.delete("oauth_signature");
  const pairs = [...all]
    .map(([name, value]) => [written(name), written(value)] as const)
    .sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return [method.toUpperCase(), address, pairs.join("&")].map(written).join("&");
}

/** A request is taken once, and only while its nonce is remembered. */
async function requireFresh(
  oauth: ReadonlyMap<string, string>,
  keyId: number,
  { records, now }: Credentials,
): Promise<void> {
  const at = Number(oauth.get("oauth_timestamp")) * 1000;
  if (!(Math.abs(now() - at) <= CLOCK_MS)) throw wrong("the timestamp is not of this moment");
  const nonce = hashSecret(`${keyId} ${at} ${oauth.get("oauth_nonce") ?? ""}`);
  const fresh = await records.nonces.use(nonce, at, now() - 2 * CLOCK_MS);
  if (!fresh) throw wrong("the nonce was used before");
}

/** Percent-encoding as RFC 5849, 3.6 has it: stricter than encodeURIComponent. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * As PHP's `urlencode` has it, by which the vendor's own PHP library signs: a space is "+", and "~" is
 * encoded. RFC 5849 writes neither, so that no text written in one way reads as another in the other.
 */
function encodeAsPhp(text: string): string {
  return encode(text).replaceAll("%20", "+").replaceAll("~", "%7E");
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function wrong(why: string): Problem {
  return new Problem("invalid_signature", `The OAuth signature is not valid: ${why}.`);
}

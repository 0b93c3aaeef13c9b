import { publicPathOf } from "../../config.ts";

const NAME = "redeem_session";

/** Browsers take a cookie of this name from this very host alone: a subdomain cannot plant one. It needs https and the whole host. */
const HOST_NAME = `__Host-${NAME}`;

/** As long as any that is begun. */
const LONGEST_SECRET = 100;

/**
 * The secrets of the sessions that a request's cookies name, the one that counts most first. Mostly one; a page of another
 * port or subdomain can add one of its own where the address is not https.
 */
export function sessionSecrets(request: Request, publicUrl: string): string[] {
  const found: Record<string, string[]> = { [NAME]: [], [HOST_NAME]: [] };
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const end = pair.indexOf("=");
    const [name, value] = [pair.slice(0, end).trim(), pair.slice(end + 1).trim()];
    if (Object.hasOwn(found, name) && /^\w+$/.test(value) && value.length <= LONGEST_SECRET) {
      found[name]?.push(value);
    }
  }
  const own = found[HOST_NAME] ?? [];
  return nameFor(request, publicUrl) === HOST_NAME ? own : [...own, ...(found[NAME] ?? [])];
}

/**
 * `Set-Cookie` of a session: no script reads it, and no other site's request has it.
 * @param secret empty: the cookie is deleted
 * @param longestMs how long the session lasts at most
 */
export function sessionCookie(
  request: Request,
  publicUrl: string,
  secret: string,
  longestMs: number,
): string {
  const words = [
    `${nameFor(request, publicUrl)}=${secret}`,
    `Path=${publicPathOf(publicUrl) || "/"}`,
    `Max-Age=${secret === "" ? 0 : Math.floor(longestMs / 1000)}`,
    "HttpOnly",
    "SameSite=Strict",
  ];
  if (isEncrypted(request, publicUrl)) words.push("Secure");
  return words.join("; ");
}

function nameFor(request: Request, publicUrl: string): string {
  return isEncrypted(request, publicUrl) && publicPathOf(publicUrl) === "" ? HOST_NAME : NAME;
}

/**
 * Whether the browser came by https: to the server itself, or to the public address. One that came by http to another address of the
 * server would not take a cookie that is `Secure`.
 */
export function isEncrypted(request: Request, publicUrl: string): boolean {
  const { protocol, host } = new URL(request.url);
  if (protocol === "https:") return true;
  const own = new URL(publicUrl);
  if (own.protocol !== "https:") return false;
  const origin = URL.parse(request.headers.get("origin") ?? "");
  return origin ? origin.protocol === "https:" : own.host === host;
}

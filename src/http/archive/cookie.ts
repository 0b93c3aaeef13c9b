import { publicPathOf } from "../../config.ts";
import { cookiesOf, isEncrypted, writeCookie } from "../cookies.ts";

const NAME = "redeem_session";

/** Browsers take a cookie of this name from this very host alone: a subdomain cannot plant one. It needs https and the whole host. */
const HOST_NAME = `__Host-${NAME}`;

/** Each is looked up: a header full of them must not keep the server busy. */
const MOST_SECRETS = 10;

/** As long as any that is begun. */
const LONGEST_SECRET = 100;

/**
 * The secrets of the sessions that a request's cookies name, the one that counts most first. Mostly one; a page of another
 * port or subdomain can add one of its own where the address is not https.
 */
export function sessionSecrets(request: Request, publicUrl: string): string[] {
  const found: Record<string, string[]> = { [NAME]: [], [HOST_NAME]: [] };
  for (const [name, value] of cookiesOf(request)) {
    const some = Object.hasOwn(found, name) ? found[name] : undefined;
    if (!some || some.length === MOST_SECRETS) continue;
    if (/^\w+$/.test(value) && value.length <= LONGEST_SECRET) some.push(value);
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
  return writeCookie(nameFor(request, publicUrl), secret, {
    path: publicPathOf(publicUrl) || "/",
    seconds: secret === "" ? 0 : Math.floor(longestMs / 1000),
    sameSite: "Strict",
    secure: isEncrypted(request, publicUrl),
  });
}

function nameFor(request: Request, publicUrl: string): string {
  return isEncrypted(request, publicUrl) && publicPathOf(publicUrl) === "" ? HOST_NAME : NAME;
}

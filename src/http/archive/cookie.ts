import { publicPathOf } from "../../config.ts";
import { cookiesOf, isEncrypted, writeCookie } from "../cookies.ts";

const NAME = "redeem_session";

/** Browsers take a cookie with this prefix from this very host only, so that a subdomain cannot plant one. It needs https and the path "/". */
const HOST_NAME = `__Host-${NAME}`;

/** How many cookies of one name are looked up: a header full of them must not keep the server busy. */
const MOST_SECRETS = 10;

/** No session's secret is longer. */
const LONGEST_SECRET = 100;

/**
 * The secrets in a request's session cookies, the most trustworthy ones first. Mostly there is one; if the site is not served
 * by https, a page of another port or subdomain can add a cookie of the same name.
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
 * The header `Set-Cookie` of a session: HttpOnly, and SameSite=Strict.
 * @param secret of the session; empty: the cookie is deleted
 * @param longestMs how long the session lasts at most, in milliseconds
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

import { hashSecret } from "../../random.ts";
import { cookiesOf, writeCookie } from "../cookies.ts";

/** As long as browsers keep any cookie (RFC 6265bis), in seconds. */
const LONGEST = 400 * 24 * 3600;

/**
 * The cookie that keeps a link open for who has said its passphrase. It has no path of its own: browsers send it to what lies beside the
 * address that it came from, `/upload/…`, also where a proxy has put a path before that which this server does not know.
 */
function cookieName(uploadToken: string): string {
  return `redeem_grant_${hashSecret(uploadToken).slice(0, 16)}`;
}

/** The grant that a request's cookie has for an upload token. */
export function grantIn(request: Request, uploadToken: string): string | undefined {
  const name = cookieName(uploadToken);
  return cookiesOf(request).find(([own]) => own === name)?.[1];
}

/**
 * `Set-Cookie` of a grant. Who opens the link from a letter has it with them: that is what Lax allows.
 * @param isEncrypted whether browsers reach the site by https
 * @param forMs how long the token is of any use
 */
export function grantCookie(
  uploadToken: string,
  grant: string,
  isEncrypted: boolean,
  forMs: number,
): string {
  return writeCookie(cookieName(uploadToken), grant, {
    seconds: Math.min(LONGEST, Math.max(0, Math.ceil(forMs / 1000))),
    sameSite: "Lax",
    secure: isEncrypted,
  });
}

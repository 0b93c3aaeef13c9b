import { hashSecret } from "../../random.ts";

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
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [own = "", value] = pair.split("=").map((part) => part.trim());
    if (own === name && value !== undefined) return value;
  }
  return undefined;
}

/**
 * `Set-Cookie` of a grant. No script reads it. Who opens the link from a letter has it with them: that is what Lax allows.
 * @param isEncrypted whether browsers reach the site by https
 * @param forMs how long the token is of any use
 */
export function grantCookie(
  uploadToken: string,
  grant: string,
  isEncrypted: boolean,
  forMs: number,
): string {
  const seconds = Math.min(LONGEST, Math.max(0, Math.ceil(forMs / 1000)));
  const words = [
    `${cookieName(uploadToken)}=${grant}`,
    `Max-Age=${seconds}`,
    "HttpOnly",
    "SameSite=Lax",
  ];
  if (isEncrypted) words.push("Secure");
  return words.join("; ");
}

import { publicPathOf } from "../../config.ts";
import { htmlAnswer } from "../html-answer.ts";
import { sessionCookie } from "./cookie.ts";
import type { SignInContext } from "./sign-in-context.ts";

/** Content-Security-Policy of the archive's pages: scripts, styles, pictures and calls of this server only, and in no other site's frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Answers with one of the archive's pages, which no cache may keep: it is for this one reader. */
export function archiveAnswer(
  html: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return htmlAnswer(html, status, {
    "content-security-policy": POLICY,
    "cross-origin-resource-policy": "same-origin",
    // Not "no-referrer", with which browsers send forms with "Origin: null"; own-page.ts would refuse them.
    "referrer-policy": "strict-origin",
    "cache-control": "no-store",
    ...headers,
  });
}

/** In the address of the archive's page, for `toArchiveByOldLink`. */
export const OLD_LINK = "old-link";

/** On to the archive, for who is signed in already and has opened a link that signs nobody in any more: its page says so. */
export function toArchiveByOldLink({ publicUrl }: SignInContext): Response {
  const location = `${publicPathOf(publicUrl())}/archive?${OLD_LINK}`;
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}

/**
 * Redirects to the archive, and sets the session's cookie.
 * @param secret of the session; empty: the cookie is deleted
 * @param query of the address, with its "?"
 */
export function toArchive(
  { credentials, publicUrl }: SignInContext,
  request: Request,
  secret: string,
  query = "",
): Response {
  const { longestMs } = credentials.sessions;
  return new Response(null, {
    status: 303,
    headers: {
      location: `${publicPathOf(publicUrl())}/archive${query}`,
      "set-cookie": sessionCookie(request, publicUrl(), secret, longestMs),
      "cache-control": "no-store",
    },
  });
}

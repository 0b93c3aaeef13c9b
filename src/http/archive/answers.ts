import { publicPathOf } from "../../config.ts";
import { htmlAnswer } from "../html-answer.ts";
import { sessionCookie } from "./cookie.ts";
import type { SignInContext } from "./sign-in-context.ts";

/** Of the archive's pages: scripts, styles, pictures and calls of this server alone, in no other site's frame. */
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

/** A page that is for whoever asks alone. */
export function archiveAnswer(
  html: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return htmlAnswer(html, status, {
    "content-security-policy": POLICY,
    "cross-origin-resource-policy": "same-origin",
    // Not "no-referrer": forms would be sent with "Origin: null" (own-page.ts).
    "referrer-policy": "strict-origin",
    "cache-control": "no-store",
    ...headers,
  });
}

/**
 * On to the archive, with a cookie.
 * @param secret of a session; empty where it ends
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

import { htmlAnswer } from "../html-answer.ts";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src blob:",
  "connect-src 'self' https: http:",
  "form-action 'self' https: http:",
  "base-uri 'none'",
  // Nobody's page may lay itself over it and borrow the visitor's clicks.
  "frame-ancestors 'none'",
].join("; ");

/** A page for whoever has an upload link. */
export function linkPageAnswer(
  html: string,
  status: number,
  headers: Record<string, string> = {},
): Response {
  return htmlAnswer(html, status, {
    "content-security-policy": POLICY,
    // Its address holds the upload token.
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    ...headers,
  });
}

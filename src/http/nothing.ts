import { publicPathOf } from "../config.ts";
import type { Site } from "../site.ts";
import { FRONT_PAGE_POLICY } from "../web/front-page.tsx";
import { renderNothingPage } from "../web/nothing-page.tsx";
import { htmlAnswer } from "./html-answer.ts";
import { languageOf } from "./language.ts";
import { lookOf } from "./site-look.ts";

/** 404 for an address that nothing is at: a page in the reader's language for who looks with a browser, a line of text for programs. */
export function nothingAt(site: Site, path: string, request: Request): Response {
  if (path.startsWith("/api/")) {
    return line(`There is no API method ${request.method} at this address; /docs has them all.`);
  }
  const isForReader = request.headers.get("accept")?.includes("text/html") ?? false;
  if (!isForReader) return line("There is nothing at this address.");
  const base = publicPathOf(site.publicUrl());
  return htmlAnswer(renderNothingPage(lookOf(site), base, languageOf(request)), 404, {
    "content-security-policy": FRONT_PAGE_POLICY,
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  });
}

function line(words: string): Response {
  return new Response(words, { status: 404, headers: { "content-type": "text/plain" } });
}

import { Elysia, t } from "elysia";
import { publicPathOf } from "../config.ts";
import type { Site } from "../site.ts";
import { HIDDEN } from "./docs/pages.ts";
import { htmlAnswer } from "./html-answer.ts";
import { languageOf } from "./language.ts";
import type { RequestLog } from "./request-log.ts";
import { lookOf, siteAssets } from "./site-look.ts";
import { uploadRoutes } from "./upload-page/upload-routes.ts";
import { serveWebAsset } from "./web-asset.ts";
import { FRONT_PAGE_POLICY, renderFrontPage } from "../web/front-page.tsx";
import { icon } from "../web/icon.ts";
import type { Language } from "../web/texts/language.ts";

/** Nothing here is for search engines: an upload page is for whom its link was given to. */
const ROBOTS = "User-agent: *\nDisallow: /\n";

/** The pages that people see: the upload page and the one at `/`; and what browsers and robots ask for. */
export function pages(site: Site, requests: Pick<RequestLog, "clientOf">) {
  return new Elysia()
    .get("/", ({ request }) => frontPage(site, languageOf(request)), { detail: HIDDEN })
    .get("/robots.txt", () => new Response(ROBOTS, { headers: { "content-type": "text/plain" } }), {
      detail: HIDDEN,
    })
    .get("/favicon.ico", () => favicon(), { detail: HIDDEN })
    .use(uploadRoutes({ ...site, requests }))
    .use(siteAssets(site))
    .get("/web-assets/:name", ({ params, request }) => serveWebAsset(params.name, request), {
      params: t.Object({ name: t.String() }),
      detail: HIDDEN,
    });
}

function frontPage(site: Site, language: Language): Response {
  const html = renderFrontPage(lookOf(site), publicPathOf(site.publicUrl()), language);
  return htmlAnswer(html, 200, {
    "content-security-policy": FRONT_PAGE_POLICY,
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
    // A cache between must not give one reader the language of another.
    vary: "Accept-Language",
  });
}

function favicon(): Response {
  return new Response(icon, {
    headers: {
      "content-type": "image/x-icon",
      "x-content-type-options": "nosniff",
      "cache-control": "public, max-age=86400",
    },
  });
}

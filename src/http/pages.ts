import { Elysia, t } from "elysia";
import { publicPathOf } from "../config.ts";
import { safeDescription } from "../photo/text.ts";
import { hashSecret } from "../random.ts";
import type { UploadToken } from "../records/records.ts";
import type { Site } from "../site.ts";
import { maxSizeOf } from "../upload/limits.ts";
import { describeUploadPage, HIDDEN } from "./docs/pages.ts";
import { lookOf, siteAssets } from "./site-look.ts";
import { serveWebAsset } from "./web-asset.ts";
import { FRONT_PAGE_POLICY, renderFrontPage } from "../web/front-page.tsx";
import { icon } from "../web/icon.ts";
import { chooseLanguage, type Language } from "../web/texts/language.ts";
import { renderUploadPage, type UploadPageInfo } from "../web/upload-page.tsx";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self' https: http:",
  "form-action 'self' https: http:",
  "base-uri 'none'",
  // Nobody's page may lay itself over it and borrow the visitor's clicks.
  "frame-ancestors 'none'",
].join("; ");

/** Nothing here is for search engines: an upload page is for whom its link was given to. */
const ROBOTS = "User-agent: *\nDisallow: /\n";

/** The pages that people see: the upload page and the one at `/`; and what browsers and robots ask for. */
export function pages(site: Site) {
  return new Elysia()
    .get("/", ({ request }) => frontPage(site, languageOf(request)), { detail: HIDDEN })
    .get("/robots.txt", () => new Response(ROBOTS, { headers: { "content-type": "text/plain" } }), {
      detail: HIDDEN,
    })
    .get("/favicon.ico", () => favicon(), { detail: HIDDEN })
    .get(
      "/upload/:upload_token",
      async ({ params, request }) => {
        const info = await describe(site, params.upload_token, languageOf(request));
        return new Response(renderUploadPage(info), {
          status: info.state === "ready" ? 200 : 404,
          headers: {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": POLICY,
            "x-content-type-options": "nosniff",
            // Its address holds the upload token.
            "referrer-policy": "no-referrer",
            "cache-control": "no-store",
          },
        });
      },
      {
        params: t.Object({ upload_token: t.String({ maxLength: 200 }) }),
        detail: describeUploadPage,
      },
    )
    .use(siteAssets(site))
    .get("/web-assets/:name", ({ params, request }) => serveWebAsset(params.name, request), {
      params: t.Object({ name: t.String() }),
      detail: HIDDEN,
    });
}

/** The language that pages are written in for whoever asks. */
function languageOf(request: Request): Language {
  return chooseLanguage(request.headers.get("accept-language"));
}

function frontPage(site: Site, language: Language): Response {
  const html = renderFrontPage(lookOf(site), publicPathOf(site.publicUrl()), language);
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": FRONT_PAGE_POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
      // A cache between must not give one reader the language of another.
      vary: "Accept-Language",
    },
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

async function describe(
  site: Site,
  uploadToken: string,
  language: Language,
): Promise<UploadPageInfo> {
  const { config, records, now } = site;
  const token = await records.tokens.byHash(hashSecret(uploadToken));
  const isUpload = token !== undefined && !token.direct && token.replaces === null;
  const known = isUpload && token.revokedAt === null ? token : undefined;
  return {
    site: lookOf(site, "../"),
    language,
    uploadToken,
    state: stateOf(known, now(), config.REDEEM_GRACE),
    title: known?.title ?? "",
    descriptionHtml: known ? safeDescription(known.description) : "",
    // A reserved use counts: it may be this visitor's own, who has come back to go on.
    remainingUploads: known ? known.maxUploads - known.consumed : 0,
    maxSize: maxSizeOf(known, config.REDEEM_MAX_SIZE),
    types: known?.types ?? config.REDEEM_TYPES,
    returns: known !== undefined && known.returnUrl !== "" && !known.backgroundReturn,
  };
}

/** A started upload may still be gone on with after its time, and while its use is reserved. */
function stateOf(
  token: UploadToken | undefined,
  now: number,
  graceMs: number,
): UploadPageInfo["state"] {
  if (!token) return "invalid";
  if (token.consumed >= token.maxUploads) return "used";
  return now > token.validUntil + graceMs ? "expired" : "ready";
}

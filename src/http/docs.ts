import { swagger, type ElysiaSwaggerConfig } from "@elysiajs/swagger";
import { Elysia, NotFoundError, t } from "elysia";
import { DOCS_POLICY, docsAssets, docsPage } from "../web/docs-page.ts";
import type { Site } from "../site.ts";
import { introduction } from "./docs/introduction.ts";
import type { Describe } from "./docs/operation.ts";
import { ownOf } from "./docs/own.ts";
import { HIDDEN } from "./docs/pages.ts";
import { htmlAnswer } from "./html-answer.ts";

/** The plugin's own page loads Swagger UI from another host, and cannot be switched off. */
const PLUGIN_PAGE = "/docs/plugin";

const DOCUMENT = "/openapi.json";

/** `/openapi.json`, made from the `detail` of the app's routes, and `/docs`, where it can be tried out. */
export function docs(site: Site) {
  const write = writer(site);
  return new Elysia()
    .onRequest(({ request }) => {
      if (new URL(request.url).pathname.startsWith(PLUGIN_PAGE)) throw new NotFoundError();
    })
    .onAfterHandle(({ path, responseValue }) =>
      path === DOCUMENT ? write(responseValue as Document) : undefined,
    )
    .use(
      swagger({
        provider: "swagger-ui",
        path: PLUGIN_PAGE,
        specPath: DOCUMENT,
        excludeStaticFile: false,
        // Typed as OpenAPI 3.0; the plugin passes it on as it is.
        documentation: introduction as unknown as NonNullable<ElysiaSwaggerConfig["documentation"]>,
      }),
    )
    .get("/docs", ({ request }) => page(request), { detail: HIDDEN })
    .get("/docs/:name", ({ params }) => asset(params.name), {
      detail: HIDDEN,
      params: t.Object({ name: t.String() }),
    });
}

/** As the plugin makes it: of each operation what `described` (docs/operation.ts) has put there. */
type Document = { paths: Record<string, Record<string, { describe?: Describe }>> };

/** Has the operations describe themselves, and keeps what came of it while the site's address is the same. */
function writer(site: Site): (document: Document) => Promise<Response> {
  let kept: { address: string; text: string } | undefined;
  return async (document) => {
    const own = ownOf(site);
    if (kept?.address !== own.address) {
      const paths: Record<string, Record<string, unknown>> = {};
      for (const [path, verbs] of Object.entries(document.paths)) {
        paths[path] = {};
        for (const [verb, operation] of Object.entries(verbs)) {
          paths[path][verb] = (await operation.describe?.(own)) ?? operation;
        }
      }
      kept = { address: own.address, text: JSON.stringify({ ...document, paths }) };
    }
    return new Response(kept.text, {
      headers: { "content-type": "application/json; charset=utf-8" },
    });
  };
}

function page(request: Request): Response {
  // Relative addresses would lead astray from /docs/.
  if (new URL(request.url).pathname.endsWith("/")) {
    return new Response(null, { status: 301, headers: { location: "../docs" } });
  }
  return htmlAnswer(docsPage, 200, {
    "content-security-policy": DOCS_POLICY,
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
  });
}

function asset(name: string): Response {
  const found = Object.hasOwn(docsAssets, name) ? docsAssets[name] : undefined;
  if (!found) throw new NotFoundError();
  return new Response(found.body, {
    headers: {
      "content-type": found.type,
      "x-content-type-options": "nosniff",
      // The names have a version or a hash of the content in them.
      "cache-control": "public, max-age=31536000, immutable",
    },
  });
}

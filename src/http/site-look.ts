import { Elysia, t } from "elysia";
import { publicPathOf } from "../config.ts";
import type { Site } from "../site.ts";
import { accentStyles } from "../web/accent.ts";
import type { SiteLook } from "../web/page-shell.tsx";
import { HIDDEN } from "./docs/pages.ts";

type LookContext = Pick<Site, "config" | "logo" | "publicUrl">;

/** Of a picture of the operator's, which may be an SVG: opened by itself it is a document, in which nothing may run. */
const LOGO_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

/** What a site shows of itself on its pages. @param root of the site, as a page's links have it; "/base/" where none is said */
export function lookOf({ config, logo, publicUrl }: LookContext, root?: string): SiteLook {
  const at = `${root ?? `${publicPathOf(publicUrl())}/`}site-assets/`;
  const { REDEEM_SITE_NAME: name, REDEEM_ACCENT: accent } = config;
  return {
    name,
    ...(logo && { logo: at + logoName(logo) }),
    ...(accent && { styles: at + stylesNameOf(accent) }),
  };
}

/** What is the site's own: its logo and its colour, below `/site-assets/`, under names that have a hash of the content in them. */
export function siteAssets({ config, logo }: LookContext) {
  const { REDEEM_ACCENT: accent } = config;
  const assets = new Map<string, () => Response>();
  if (accent) {
    const styles = accentStyles(accent);
    const type = { "content-type": "text/css; charset=utf-8" };
    assets.set(stylesNameOf(accent), () => kept(styles, type));
  }
  if (logo) {
    const headers = { "content-type": logo.type, "content-security-policy": LOGO_POLICY };
    assets.set(logoName(logo), () => kept(logo.bytes, headers));
  }
  return new Elysia().get(
    "/site-assets/:name",
    ({ params }) =>
      assets.get(params.name)?.() ??
      new Response("There is nothing at this address.", { status: 404 }),
    { params: t.Object({ name: t.String() }), detail: HIDDEN },
  );
}

function kept(body: BodyInit, headers: Record<string, string>): Response {
  return new Response(body, {
    headers: {
      ...headers,
      "x-content-type-options": "nosniff",
      "cache-control": "public, max-age=31536000, immutable",
    },
  });
}

function logoName({ bytes, ending }: NonNullable<Site["logo"]>): string {
  return `logo.${Bun.hash(bytes).toString(36)}.${ending}`;
}

function stylesNameOf(accent: string): string {
  return `colours.${Bun.hash(accentStyles(accent)).toString(36)}.css`;
}

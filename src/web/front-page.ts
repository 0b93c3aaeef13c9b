import { stylesName } from "./upload-page.ts";

/** Nothing but its own style sheet and icon. */
export const FRONT_PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * The whole HTML document of `/`, for people who come without an upload link.
 * @param siteName plain text
 * @param base path of the public address, such as "/base", which a proxy takes off. Links have it, since
 *   relative ones would lead astray where the address of this page does not end in a slash
 */
export function renderFrontPage(siteName: string, base: string): string {
  const name = Bun.escapeHTML(siteName);
  const path = Bun.escapeHTML(base);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    <title>${name}</title>
    <link rel="icon" href="${path}/favicon.ico" />
    <link rel="stylesheet" href="${path}/upload-assets/${stylesName}" />
  </head>
  <body>
    <main>
      <h1 dir="auto">${name}</h1>
      <p>This server receives files from people who were sent an upload link. If you have one, open it.</p>
      <p class="hint">For developers: <a href="${path}/docs">the documentation of the API</a>.</p>
    </main>
  </body>
</html>
`;
}

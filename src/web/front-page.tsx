/** @jsxImportSource preact */
import { stylesName } from "./assets.ts";
import { renderPage, type SiteLook } from "./page-shell.tsx";
import type { Language } from "./texts/language.ts";
import { textsOf } from "./texts/texts.ts";

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
 * @param base path of the public address, such as "/base", which a proxy takes off. Links have it, since
 *   relative ones would lead astray where the address of this page does not end in a slash
 */
export function renderFrontPage(site: SiteLook, base: string, language: Language): string {
  const texts = textsOf(language).front;
  const root = `${base}/`;
  return renderPage(
    { language, title: site.name, site, root, styles: stylesName("page") },
    <main>
      <h1 dir="auto">
        {site.logo !== undefined && <img class="logo" src={site.logo} alt="" />}
        {site.name}
      </h1>
      <p>{texts.what}</p>
      <p class="hint">
        <WithLink text={texts.collect} link={texts.archive} href={`${root}archive`} />
      </p>
      <p class="hint">
        <WithLink text={texts.developers} link={texts.documentation} href={`${root}docs`} />
      </p>
    </main>,
  );
}

/** @property text has a place for the link */
function WithLink({ text, link, href }: { text: string; link: string; href: string }) {
  const [before, after] = text.split("{link}");
  return (
    <>
      {before}
      <a href={href}>{link}</a>
      {after}
    </>
  );
}

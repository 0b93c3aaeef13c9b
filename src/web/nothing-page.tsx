/** @jsxImportSource preact */
import { stylesName } from "./assets.ts";
import { renderPage, type SiteLook } from "./page-shell.tsx";
import type { Language } from "./texts/language.ts";
import { textsOf } from "./texts/texts.ts";

/** The whole HTML document of an address that nothing is at. @param base as in `renderFrontPage` */
export function renderNothingPage(site: SiteLook, base: string, language: Language): string {
  const { front, upload } = textsOf(language);
  const root = `${base}/`;
  const title = `${front.nothing} – ${site.name}`;
  return renderPage(
    { language, title, site, root, styles: stylesName("page") },
    <main>
      <h1>{front.nothing}</h1>
      <p>{upload.invalidSentence}</p>
      <p class="hint">
        <a href={root} dir="auto">
          {site.name}
        </a>
      </p>
    </main>,
  );
}

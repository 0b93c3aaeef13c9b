/** @jsxImportSource preact */
import type { VNode } from "preact";
import { stylesName } from "./assets.ts";
import { renderPage, SiteName, type SiteLook } from "./page-shell.tsx";
import type { Language } from "./texts/language.ts";
import { fill } from "./texts/message.ts";
import { textsOf, type Texts } from "./texts/texts.ts";

/** What became of a file that a form has sent. */
export type FormOutcome =
  | { kind: "arrived" }
  /** `message` is the server's own sentence, in English. */
  | { kind: "refused"; code: string; message: string };

export type OutcomePage = {
  site: SiteLook;
  language: Language;
  /** What leads from the page's address to the root of the site. */
  root: string;
  outcome: FormOutcome;
  /** The upload page that the form was on; undefined where it takes nothing more. */
  uploadPage: string | undefined;
  /** Files that the link still takes. */
  remaining: number;
};

/** The whole HTML document that a form without script ends on: what became of its file, in words. */
export function renderOutcomePage(page: OutcomePage): string {
  const texts = textsOf(page.language).outcome;
  const heading = page.outcome.kind === "arrived" ? texts.arrived : texts.refused;
  return renderPage(
    {
      language: page.language,
      title: `${heading} – ${page.site.name}`,
      site: page.site,
      root: page.root,
      styles: stylesName("page"),
      referrer: "no-referrer",
    },
    <main>
      <SiteName site={page.site} />
      <h1>{heading}</h1>
      {page.outcome.kind === "arrived" ? (
        <p class="hint">{remains(page, texts)}</p>
      ) : (
        <Why outcome={page.outcome} language={page.language} texts={texts} />
      )}
      {page.uploadPage !== undefined && (
        <p>
          <a href={page.uploadPage}>{page.outcome.kind === "arrived" ? texts.more : texts.back}</a>
        </p>
      )}
    </main>,
  );
}

function remains({ remaining, language }: OutcomePage, texts: Texts["outcome"]): string {
  return remaining > 0 ? fill(texts.remains, language, { count: remaining }) : texts.complete;
}

/** By its code, in the reader's language; and for who reads English what the server says of it, which is more exact. */
function Why({
  outcome: { code, message },
  language,
  texts: { why },
}: {
  outcome: Extract<FormOutcome, { kind: "refused" }>;
  language: Language;
  texts: Texts["outcome"];
}): VNode {
  const known = Object.entries(why).find(([name]) => name === code);
  return (
    <>
      <p>{known?.[1] ?? why.other}</p>
      {language === "en" && (
        <p class="hint" dir="auto">
          {message}
        </p>
      )}
    </>
  );
}

/** @jsxImportSource preact */
import type { VNode } from "preact";
import { stylesName } from "./assets.ts";
import { createLocale } from "./kit/locale.ts";
import { renderPage, SiteName, type SiteLook } from "./page-shell.tsx";
import type { Language } from "./texts/language.ts";
import { fill } from "./texts/message.ts";
import { textsOf, type Texts } from "./texts/texts.ts";
import { describeEach, type FileLimits } from "./upload-page/choosing/limits.ts";

/** How a link has come to its end. `invalid`: the server knows none of this address. */
export type ClosedState = "used" | "expired" | "revoked" | "invalid";

/** Why a file was not taken that a form has sent: the link is at its end, or something else. */
export type FormRefusal =
  | { kind: "link"; end: ClosedState }
  /** `message` is the server's own sentence, in English; `limits` what the link takes, where it may be told. */
  | { kind: "file"; code: string; message: string; limits?: FileLimits };

export type OutcomePage = {
  site: SiteLook;
  language: Language;
  /** The reader's language tags, best first: numbers are written as their region does. */
  liked: readonly string[];
  /** What leads from the page's address to the root of the site. */
  root: string;
  /** Why the file was not taken; undefined where it has arrived. */
  refusal: FormRefusal | undefined;
  /** The upload page that the form was on; undefined where it takes nothing more. */
  uploadPage: string | undefined;
  /** Files that the link still takes. */
  remaining: number;
};

/** The whole HTML document that a form without script ends on: what became of its file, in words. */
export function renderOutcomePage(page: OutcomePage): string {
  const { refusal, language } = page;
  const texts = textsOf(language).outcome;
  const heading = refusal ? texts.refused : texts.arrived;
  return renderPage(
    {
      language,
      title: `${heading} – ${page.site.name}`,
      site: page.site,
      root: page.root,
      styles: stylesName("page"),
      referrer: "no-referrer",
    },
    <main>
      <SiteName site={page.site} />
      <h1>{heading}</h1>
      {refusal ? <Why refusal={refusal} page={page} /> : <p class="hint">{remains(page, texts)}</p>}
      {page.uploadPage !== undefined && (
        <p>
          <a href={page.uploadPage}>{refusal ? texts.back : texts.more}</a>
        </p>
      )}
    </main>,
  );
}

function remains({ remaining, language }: OutcomePage, texts: Texts["outcome"]): string {
  return remaining > 0 ? fill(texts.remains, language, { count: remaining }) : texts.complete;
}

function Why({ refusal, page }: { refusal: FormRefusal; page: OutcomePage }): VNode {
  const [reason, more] = describeRefusal(refusal, page);
  return (
    <>
      <p>{reason}</p>
      {more !== undefined && (
        <p class="hint" dir="auto">
          {more}
        </p>
      )}
    </>
  );
}

/** In the reader's language, by the code: a sentence, and what belongs to it. */
function describeRefusal(
  refusal: FormRefusal,
  { language, liked }: OutcomePage,
): [string, string | undefined] {
  const { outcome, upload: texts } = textsOf(language);
  if (refusal.kind === "link") {
    return [texts[`${refusal.end}Heading`], texts[`${refusal.end}Sentence`]];
  }
  const { code, message, limits } = refusal;
  const known = Object.entries(outcome.why).find(([name]) => name === code)?.[1];
  // Only the server's own sentence says what is wrong with a request that no page of Redeem sends.
  if (known === undefined) return [outcome.why.other, language === "en" ? message : undefined];
  const words = { texts, locale: createLocale(language, liked) };
  const isOfLimits = code === "file_too_large" || code === "file_not_supported";
  return [known, isOfLimits && limits ? describeEach(limits, words) : undefined];
}

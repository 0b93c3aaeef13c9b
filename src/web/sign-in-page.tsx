/** @jsxImportSource preact */
import type { ComponentChildren, VNode } from "preact";
import { stylesName } from "./assets.ts";
import { Button } from "./kit/button.tsx";
import { Field } from "./kit/field.tsx";
import { Notice } from "./kit/notice.tsx";
import { renderPage, SiteName, type SiteLook } from "./page-shell.tsx";
import type { Language } from "./texts/language.ts";
import { textsOf, type Texts } from "./texts/texts.ts";

/** Why somebody sees the page once more, or cannot use a link. */
export type SignInNotice = keyof Texts["signIn"]["notices"];

export type SignInPage = {
  site: SiteLook;
  /** Path of the public address, such as "/base"; empty without one. */
  base: string;
  /** What is typed at a terminal to start this program, such as "./dist/redeem". */
  program: string;
  language: Language;
};

/** The whole HTML document of /archive for who is not signed in. It works without script. */
export function renderSignInPage(page: SignInPage, notice?: SignInNotice): string {
  const texts = textsOf(page.language).signIn;
  const ofKey = notice === "noKey" || notice === "wrongKey";
  return renderDocument(
    page,
    <>
      {notice !== undefined && !ofKey && (
        <Notice kind={notice === "signedOut" ? "info" : "bad"}>
          <Words text={texts.notices[notice]} program={page.program} />
        </Notice>
      )}
      <form class="sign-in" method="post" action={`${page.base}/archive/sign-in`} novalidate>
        {/* The server says what is missing: a browser would say it in its own language. */}
        <Field label={texts.key} error={ofKey ? texts.notices[notice] : undefined}>
          {(ids) => (
            <input
              {...ids}
              type="password"
              name="key"
              required
              autofocus={ofKey}
              autocomplete="current-password"
            />
          )}
        </Field>
        <Button kind="main" type="submit">
          {texts.button}
        </Button>
      </form>
      <h2>{texts.noKeyHeading}</h2>
      <p class="hint">
        <Words text={texts.noKey} program={page.program} />
      </p>
    </>,
  );
}

/** The page of a link of `redeem open`: opening it uses nothing up, its button does. */
export function renderOpenPage(page: SignInPage, secret: string): string {
  const texts = textsOf(page.language).signIn;
  return renderDocument(
    page,
    <form class="sign-in" method="post" action={`${page.base}/archive/open/${secret}`}>
      <p class="hint">{texts.openSentence}</p>
      <Button kind="main" type="submit">
        {texts.button}
      </Button>
    </form>,
  );
}

/**
 * What somebody sees for a moment who comes by a link of another site: browsers send no cookie along with that, so the answer has them
 * ask again (its header Refresh), from here.
 */
export function renderReloadPage(page: SignInPage, address: string): string {
  const texts = textsOf(page.language).signIn;
  return renderDocument(
    page,
    <p>
      <a href={address}>{texts.goOn}</a>
    </p>,
  );
}

function renderDocument({ site, base, language }: SignInPage, children: ComponentChildren): string {
  const texts = textsOf(language).signIn;
  return renderPage(
    {
      language,
      title: `${texts.title} – ${site.name}`,
      site,
      root: `${base}/`,
      styles: stylesName("sign-in-page"),
      // Not "no-referrer": the forms would be sent with "Origin: null".
      referrer: "strict-origin",
    },
    <main>
      <SiteName site={site} />
      <h1>{texts.title}</h1>
      {children}
    </main>,
  );
}

/** A text in which what is typed at a terminal stands between backticks, with `{program}` for what starts this program. */
function Words({ text, program }: { text: string; program: string }): VNode {
  const parts = text.split("`");
  const typed = (part: string) => <code key={part}>{part.replace("{program}", program)}</code>;
  return <>{parts.map((part, at) => (at % 2 === 1 ? typed(part) : part))}</>;
}

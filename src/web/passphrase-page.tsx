/** @jsxImportSource preact */
import { stylesName } from "./assets.ts";
import { Button } from "./kit/button.tsx";
import { Field } from "./kit/field.tsx";
import { renderPage, SiteName, type SiteLook } from "./page-shell.tsx";
import type { Language } from "./texts/language.ts";
import { fill } from "./texts/message.ts";
import { textsOf, type Texts } from "./texts/texts.ts";

/** What was wrong with what was typed. @property seconds until something may be typed again */
export type PassphraseFault =
  { kind: "missing" | "wrong" | "foreignPage" } | { kind: "tooMany"; seconds: number };

/**
 * The whole HTML document of /upload/<upload_token> for who has not said its passphrase. It works without script, and says nothing
 * of what the link is for.
 */
export function renderPassphrasePage(
  site: SiteLook,
  language: Language,
  fault?: PassphraseFault,
): string {
  const texts = textsOf(language).passphrase;
  return renderPage(
    {
      language,
      title: `${texts.field} – ${site.name}`,
      site,
      root: "../",
      styles: stylesName("sign-in-page"),
      // Not "no-referrer", under which the form would be sent with "Origin: null".
      referrer: "strict-origin",
    },
    <main>
      <SiteName site={site} />
      <h1>{texts.heading}</h1>
      {/* To the address of this page. */}
      <form class="sign-in" method="post" novalidate>
        <Field
          label={texts.field}
          hint={texts.hint}
          error={fault && describeFault(texts, language, fault)}
        >
          {(ids) => (
            <input
              {...ids}
              type="password"
              name="passphrase"
              required
              autofocus
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
            />
          )}
        </Field>
        <Button kind="main" type="submit">
          {texts.button}
        </Button>
      </form>
    </main>,
  );
}

function describeFault(
  texts: Texts["passphrase"],
  language: Language,
  fault: PassphraseFault,
): string {
  if (fault.kind !== "tooMany") return texts[fault.kind];
  return fill(texts.tooMany, language, { count: fault.seconds });
}

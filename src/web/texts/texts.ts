import { da } from "./da.ts";
import { de } from "./de.ts";
import { en, type Texts } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import type { Language } from "./language.ts";

export type { Texts };

/** What every page says. */
export type CommonTexts = Texts["common"];
/** What the upload page says in the browser. */
export type UploadTexts = Texts["upload"];
/** What is said of a file on its way, on whatever page it is sent from. */
export type SendingTexts = Pick<
  UploadTexts,
  "detail" | "timeLeft" | "fewSeconds" | "button" | "refusal" | "earlier"
>;
/** What the archive page says in the browser. */
export type ArchiveTexts = Texts["archive"];

const texts: Readonly<Record<Language, Texts>> = { en, de, fr, es, da };

export function sendingTexts({ upload }: Texts): SendingTexts {
  const { detail, timeLeft, fewSeconds, button, refusal, earlier } = upload;
  return { detail, timeLeft, fewSeconds, button, refusal, earlier };
}

/** On the server: a page in the browser is sent the texts of its own language alone. */
export function textsOf(language: Language): Texts {
  return texts[language];
}

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
/** What the archive page says in the browser. */
export type ArchiveTexts = Texts["archive"];

const texts: Readonly<Record<Language, Texts>> = { en, de, fr, es, da };

/** On the server: a page in the browser is sent the texts of its own language alone. */
export function textsOf(language: Language): Texts {
  return texts[language];
}

import { chooseLanguage, type Language } from "../web/texts/language.ts";

/** The language that pages are written in for whoever asks. Their answers say `Vary: Accept-Language` where a cache may keep them. */
export function languageOf(request: Request): Language {
  return chooseLanguage(request.headers.get("accept-language"));
}

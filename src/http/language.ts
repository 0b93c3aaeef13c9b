import { chooseLanguage, likedTags, type Language } from "../web/texts/language.ts";

/** The language that pages are written in for whoever asks. Their answers say `Vary: Accept-Language` where a cache may keep them. */
export function languageOf(request: Request): Language {
  return chooseLanguage(request.headers.get("accept-language"));
}

/** The language tags that whoever asks likes, best first. Their region says how dates and numbers are written. */
export function likedTagsOf(request: Request): string[] {
  return likedTags(request.headers.get("accept-language"));
}

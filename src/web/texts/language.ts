/** The languages that pages speak. The first one is spoken to everybody who asks for none of them. */
export const LANGUAGES = ["en", "de", "fr", "es", "da"] as const;

export type Language = (typeof LANGUAGES)[number];

/** Longer ones are not what a browser sends, and are cut: they are read for every page. */
const LONGEST_HEADER = 500;

/**
 * The language that a browser likes best of those that pages speak. A region does not count: de-CH is German.
 * @param header `Accept-Language` (RFC 9110, 12.5.4), such as "da, en-GB;q=0.8, en;q=0.7"
 */
export function chooseLanguage(header: string | null): Language {
  for (const tag of likedTags(header)) {
    const language = LANGUAGES.find((spoken) => tag === spoken || tag.startsWith(`${spoken}-`));
    if (language !== undefined) return language;
    if (tag === "*") break;
  }
  return LANGUAGES[0];
}

/** The tags of `Accept-Language`, best first, in lower case. */
export function likedTags(header: string | null): string[] {
  return (header ?? "")
    .slice(0, LONGEST_HEADER)
    .split(",")
    .map(readRange)
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);
}

/** A language with a region, and perhaps a script: `en-gb`, `es-419`, `de-latn-at`. Nothing else of a tag changes how values are written. */
const REGIONAL = /^[a-z]{2}(-[a-z]{4})?-([a-z]{2}|\d{3})$/i;

/**
 * The tag by which `Intl` writes dates and numbers: the page's language as the reader's region writes it, or the
 * language alone. Somebody with en-GB reads "27 November, 18:00", not "November 27, 6:00 PM".
 * @param liked the reader's tags, best first: `navigator.languages`, or `likedTags` of the header
 */
export function regionalTag(language: Language, liked: readonly string[]): string {
  const belongs = (tag: string) => tag.toLowerCase().startsWith(`${language}-`);
  return liked.find((tag) => belongs(tag) && REGIONAL.test(tag)) ?? language;
}

function readRange(range: string): { tag: string; weight: number } {
  const [tag = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  return { tag, weight: weight === undefined ? 1 : Number(weight) || 0 };
}

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
  const wanted = (header ?? "")
    .slice(0, LONGEST_HEADER)
    .split(",")
    .map(readRange)
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight);
  for (const { tag } of wanted) {
    const language = LANGUAGES.find((spoken) => tag === spoken || tag.startsWith(`${spoken}-`));
    if (language !== undefined) return language;
    if (tag === "*") break;
  }
  return LANGUAGES[0];
}

function readRange(range: string): { tag: string; weight: number } {
  const [tag = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  return { tag, weight: weight === undefined ? 1 : Number(weight) || 0 };
}

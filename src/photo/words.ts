/** More words of one photo are not found: it would have a description of many pages. */
const MOST_WORDS = 2000;

/** Longer ones are cut: nobody types more of one. */
const LONGEST_WORD = 64;

/** Scripts that put no spaces between words: each of their characters is a word. */
const WORD =
  /[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]&&[\p{L}\p{N}]]|[[\p{L}\p{N}]--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]]+/gv;

/**
 * The words of a text, as a search compares them: letters and digits, without case, accents and markup; each once. There is
 * nothing in them that a query language could take for its own.
 */
export function wordsOf(text: string): string[] {
  const plain = text
    .replace(/<[^>]*>/g, " ")
    .replace(/&(amp|lt|gt|quot);/g, " ")
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  const words = new Set<string>();
  for (const [word] of plain.matchAll(WORD)) {
    words.add(word.slice(0, LONGEST_WORD).toWellFormed());
    if (words.size >= MOST_WORDS) break;
  }
  return [...words];
}

/** What somebody looks for: whole words, and the last one, of which it may be the beginning. */
export type SearchWords = { whole: readonly string[]; beginning: string | undefined };

/** The last word may still be being typed. Words beyond the first 16 count for nothing. */
export function searchWords(text: string): SearchWords {
  const found = wordsOf(text).slice(0, 16);
  const last = found.at(-1);
  return last === undefined
    ? { whole: [], beginning: undefined }
    : { whole: found.slice(0, -1), beginning: last };
}

/** Tells whether a text has all the words that somebody looks for. Where there is no word among them, no text has. */
export function wordMatcher(search: string): (text: string) => boolean {
  const { whole, beginning } = searchWords(search);
  return (text) => {
    const words = wordsOf(text);
    return (
      beginning !== undefined &&
      whole.every((word) => words.includes(word)) &&
      words.some((word) => word.startsWith(beginning))
    );
  };
}

import { useProblemText } from "../../problem-text.ts";

const FIELDS = new Set([
  "title",
  "description",
  "sender",
  "max_uploads",
  "max_size",
  "types",
  "valid_minutes",
  "passphrase",
  "album_id",
]);

/**
 * What went wrong with a form: at the field that it is about, since a refusal begins with the name of its parameter, or else of
 * all of it (`other`).
 */
export function useFieldErrors(problem: unknown): {
  errorOf: (parameter: string) => string | undefined;
  other: string | undefined;
} {
  const write = useProblemText();
  if (problem === undefined) return { errorOf: () => undefined, other: undefined };
  const words = write(problem);
  const [, name = ""] = /^([a-z_]+)\b/.exec(words) ?? [];
  return {
    errorOf: (parameter) => (parameter === name ? words : undefined),
    other: FIELDS.has(name) ? undefined : words,
  };
}

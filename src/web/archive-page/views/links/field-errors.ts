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
 * Why the API refused a form: at the field that the refusal is about, whose parameter its sentence begins with, or else for the
 * form as a whole (`other`).
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

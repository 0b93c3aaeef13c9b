/**
 * Why a callback was not taken, in the words that are on record, in the log and in the API (`last_error`). Pages read them back
 * to say the same in the reader's language. `{…}`: what the server found.
 */
export const CALLBACK_FAILURES = {
  noName: "no address was found for the name",
  slowName: "the look-up took too long",
  manyNames: "too many names are being looked up",
  refused: "the connection was refused",
  late: "the receiver did not answer in time",
  answered: "the receiver answered {status}",
  isPrivate: "{host} is a private or reserved address; REDEEM_CALLBACK_PRIVATE=1 allows it",
  isAtPrivate:
    "{host} is at {address}, a private or reserved address; REDEEM_CALLBACK_PRIVATE=1 allows it",
} as const;

export type CallbackFailure = keyof typeof CALLBACK_FAILURES;

export type FailureValues = Readonly<Record<string, string | number>>;

/** The failure in words. */
export function describeFailure(failure: CallbackFailure, values: FailureValues = {}): string {
  return CALLBACK_FAILURES[failure].replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    String(values[name] ?? ""),
  );
}

/** The failure that these words are of, with what the server found; undefined for those of a rarer one, such as a code of the system. */
export function readFailure(
  words: string,
): { failure: CallbackFailure; values: FailureValues } | undefined {
  for (const failure of Object.keys(CALLBACK_FAILURES) as CallbackFailure[]) {
    const values = PATTERNS[failure].exec(words);
    if (values) return { failure, values: { ...values.groups } };
  }
  return undefined;
}

/** A host, an address or a number stands where the sentence has a place; none of them has a space. */
const patternOf = (sentence: string) =>
  new RegExp(`^${sentence.replaceAll(/\{(\w+)\}/g, String.raw`(?<$1>\S+)`)}$`);

const PATTERNS = Object.fromEntries(
  Object.entries(CALLBACK_FAILURES).map(([failure, sentence]) => [failure, patternOf(sentence)]),
) as Readonly<Record<CallbackFailure, RegExp>>;

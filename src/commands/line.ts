import { parseArgs } from "node:util";
import { UsageError } from "./fail.ts";

/** Options that were given, without their dashes: "max-size" -> "1MB". */
export type Values = Readonly<Record<string, string | undefined>>;

/**
 * Reads the words behind a command. Every option takes a value, but for those that are flags.
 * @param command what is written before them, such as "token create"
 * @param options names of the options it knows, without dashes
 * @param most how many words without dashes it takes
 * @param flags names of options that take no value; one that was given has the value "1"
 * @throws UsageError naming the word or option that it does not know
 */
export function readLine(
  command: string,
  words: string[],
  options: readonly string[],
  most = 0,
  flags: readonly string[] = [],
): { values: Values; positionals: string[] } {
  const see = `See: redeem ${command.split(" ")[0]} --help`;
  try {
    const { values, positionals } = parseArgs({
      args: words,
      options: Object.fromEntries([
        ...options.map((name) => [name, { type: "string" as const }]),
        ...flags.map((name) => [name, { type: "boolean" as const }]),
      ]),
      allowPositionals: true,
    });
    const extra = positionals[most];
    if (extra !== undefined) {
      throw new UsageError(`redeem ${command} does not take ${JSON.stringify(extra)}. ${see}`);
    }
    const texts = Object.entries(values).map(([name, value]) => [
      name,
      value === true ? "1" : value,
    ]);
    return { values: Object.fromEntries(texts) as Values, positionals };
  } catch (error) {
    if (!(error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS")) throw error;
    const wrong = (error as Error).message.split("\n")[0]?.split(". To specify")[0] ?? "";
    throw new UsageError(`redeem ${command}: ${wrong.replace(/\.$/, "")}. ${see}`);
  }
}

/** The first word says what to do; without one, or with an option there, it is `list`. */
export function splitAction(words: string[]): { action: string; rest: string[] } {
  const [first, ...rest] = words;
  if (first === undefined || first.startsWith("-")) return { action: "list", rest: words };
  return { action: first, rest };
}

/**
 * The id in a word, a whole number.
 * @param usage the command as it should be written
 * @throws UsageError with that, where there is no word, or it is none
 */
export function readId(text: string | undefined, usage: string): number {
  if (text && /^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`Which one? Usage: ${usage}`);
}

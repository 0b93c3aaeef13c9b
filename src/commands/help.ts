import { UsageError } from "./fail.ts";
import { readLine } from "./line.ts";
import { usages } from "./usage.ts";

/** `redeem help [COMMAND]`: commands and settings, or what one command takes. */
export async function help(words: string[]): Promise<void> {
  const [name = "help"] = readLine("help", words, [], 1).positionals;
  const usage = Object.hasOwn(usages, name) ? usages[name] : undefined;
  if (!usage) {
    throw new UsageError(`There is no command ${JSON.stringify(name)}. See: redeem help`);
  }
  process.stdout.write(usage());
}

import { findCommand } from "./commands/commands.ts";
import { fail, UsageError } from "./commands/fail.ts";
import { makePrivately } from "./private.ts";

/** `redeem [command] [words]`: finds the command and prints a failure as one line. */
const line = Bun.argv.slice(2);
const { command, words } = findCommand(line);
makePrivately();
try {
  if (!command) {
    throw new UsageError(`There is no command ${JSON.stringify(line[0])}. See: redeem help`);
  }
  await command(words);
} catch (error) {
  fail(error);
}

import { commands } from "./commands/commands.ts";
import { fail } from "./commands/fail.ts";
import { makePrivately } from "./private.ts";

/** `redeem [command] [words]`: finds the command and prints a failure as one line. */
const [name = "serve", ...words] = Bun.argv.slice(2);
const command =
  (Object.hasOwn(commands, name) ? commands[name] : undefined) ??
  (name.startsWith("-") ? commands["help"] : undefined);
makePrivately();
if (!command) {
  fail(`There is no command ${JSON.stringify(name)}. See: redeem help`);
}
try {
  await command(words);
} catch (error) {
  fail(error);
}

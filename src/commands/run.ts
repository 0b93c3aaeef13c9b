import { findCommand } from "./commands.ts";
import { fail, UsageError } from "./fail.ts";

// Whoever reads what a command prints may have read enough (`redeem export DIR | head`): it goes on all the same.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

/** Finds the command that a line means, carries it out, and prints a failure as one line. */
export async function run(line: string[]): Promise<void> {
  const { command, words } = findCommand(line);
  try {
    if (!command) {
      throw new UsageError(`There is no command ${JSON.stringify(line[0])}. See: redeem help`);
    }
    await command(words);
  } catch (error) {
    fail(error);
  }
}

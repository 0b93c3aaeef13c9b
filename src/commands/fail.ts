/** Something that the person at the keyboard can mend; its message is all that is printed. */
export class CommandError extends Error {}

/** A command line that is not understood. */
export class UsageError extends CommandError {}

/** Prints why in one line and ends with 1, or with 2 where the command line was not understood. */
export function fail(error: unknown): never {
  process.stderr.write(`redeem: ${sentence(error)}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
}

function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split("\n")[0] ?? "";
  if (error instanceof CommandError) return line;
  const { code = "", path } = error as { code?: string; path?: string };
  if (/\.node|dlopen|shared object|ERR_DLOPEN/i.test(`${message} ${code}`)) {
    return `The database module cannot be loaded: it needs a writable temp folder that may hold programs; set BUN_TMPDIR to one (${line})`;
  }
  if ((code === "EACCES" || code === "EPERM") && path) {
    return `${path} is closed to the user who runs this (${code}); run it as the user that the server runs as`;
  }
  return line;
}

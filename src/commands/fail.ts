/** Something that the person at the keyboard can mend; its message is all that is printed. */
export class Failure extends Error {}

/** Prints why in one line and ends with 1. */
export function fail(error: unknown): never {
  process.stderr.write(`redeem: ${sentence(error)}\n`);
  process.exit(1);
}

function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split("\n")[0] ?? "";
  if (
    /\.node|dlopen|shared object|ERR_DLOPEN/i.test(
      `${message} ${(error as { code?: string }).code ?? ""}`,
    )
  ) {
    return `The database module cannot be loaded: it needs a writable temp folder that may hold programs; set BUN_TMPDIR to one (${line})`;
  }
  return line;
}

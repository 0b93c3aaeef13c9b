import { log } from "../log.ts";
import { isOutOfSpace, Problem } from "../problem.ts";

/**
 * What whoever called is told of anything that was thrown. A defect, or the machine's fault, is to be tried again, and
 * in the log: its words are for nobody else.
 * @param about for the log: the request's id, and its route
 */
export function problemOf(
  error: unknown,
  about: { id: string | undefined; route: string },
): Problem {
  if (error instanceof Problem) return error;
  if (isOutOfSpace(error)) {
    log.error("out of disk space", about);
    const words = "The server has no room for this at the moment.";
    return new Problem("insufficient_storage", words);
  }
  log.error("unexpected failure", { ...about, error: describeError(error) });
  return new Problem("temporarily_unavailable", "Something went wrong; try again in a moment.");
}

/** For the log: where it happened, in one line; without values, which may be secrets. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  const where = (error.stack ?? "")
    .split("\n")
    .slice(1, 4)
    .map((line) => line.trim())
    .join(" < ");
  return `${error.name}: ${error.message}${code ? ` (${String(code)})` : ""} ${where}`;
}

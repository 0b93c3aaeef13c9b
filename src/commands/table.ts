/**
 * Prints rows in columns, with a line of headings. Where there are none, `nothing` is said on standard error: among the rows,
 * which a script may read, it would be one. Whatever is in the database, nothing of it is a command to
 * the terminal: control characters become visible ones.
 */
export function printTable(headings: string[], rows: (string | number)[][], nothing: string): void {
  const cells = [headings, ...rows.map((row) => row.map(visible))];
  // There may be a million rows: more than a function takes as arguments, and than lines should be written one by one.
  const widths = headings.map((_, column) =>
    cells.reduce((widest, row) => Math.max(widest, (row[column] ?? "").length), 0),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  process.stdout.write(`${lines.join("\n")}\n`);
  if (rows.length === 0) process.stderr.write(`${nothing}\n`);
}

/** Text that is no command to a terminal, in one line. */
export function visible(cell: string | number): string {
  return String(cell)
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, "\ufffd");
}

/** A moment as tables and lists say it: `2026-11-23 18:00` (UTC). @param at Unix milliseconds; null is said as nothing */
export function day(at: number | null): string {
  return at === null ? "" : new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

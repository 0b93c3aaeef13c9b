/**
 * Prints rows in columns, with a line of headings. Whatever is in the database, nothing of it is a command to
 * the terminal: control characters become visible ones.
 */
export function printTable(headings: string[], rows: (string | number)[][]): void {
  const cells = [headings, ...rows.map((row) => row.map(visible))];
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? "").length)),
  );
  for (const row of cells) {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    process.stdout.write(`${line.trimEnd()}\n`);
  }
}

/** Text that is no command to a terminal, in one line. */
export function visible(cell: string | number): string {
  return String(cell)
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, "\ufffd");
}

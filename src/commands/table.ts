/** Prints rows in columns, with a line of headings. */
export function printTable(headings: string[], rows: (string | number)[][]): void {
  const cells = [
    headings,
    ...rows.map((row) => row.map((cell) => String(cell).replace(/\s+/g, " "))),
  ];
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? "").length)),
  );
  for (const row of cells) {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    process.stdout.write(`${line.trimEnd()}\n`);
  }
}

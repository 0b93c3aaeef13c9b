/** Rows that are looked at in one slice. */
const SLICE = 500;

/**
 * A page of what there are thousands of, not millions: all rows are looked at in their order, in slices.
 * @param read rows behind one, or the first ones
 * @param turn asked for before each slice
 */
export async function pageOfRows<Row>(
  read: (after: Row | undefined, limit: number) => Row[],
  matches: (row: Row) => boolean,
  { offset, limit }: { offset: number; limit: number },
  turn: () => Promise<void>,
): Promise<{ rows: Row[]; total: number }> {
  const found: Row[] = [];
  let total = 0;
  let last: Row | undefined;
  for (;;) {
    const rows = read(last, SLICE);
    for (const row of rows) {
      if (!matches(row)) continue;
      if (total >= offset && found.length < limit) found.push(row);
      total += 1;
    }
    last = rows.at(-1);
    if (rows.length < SLICE) return { rows: found, total };
    await turn();
  }
}

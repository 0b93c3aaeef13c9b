/** Parameters that are handed through, in order; a name may come once. */
export type Extra = Record<string, string>;

/** Characters of extra parameters that an upload may have: they are kept, and repeated in the callback. */
export const MAX_EXTRA = 64 * 1024;

/** Characters of names and values together. */
export function sizeOfExtra(extra: Extra): number {
  let size = 0;
  for (const [name, value] of Object.entries(extra)) size += name.length + value.length;
  return size;
}

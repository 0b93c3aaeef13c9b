import type { Trouble } from "./types.ts";

/** What the server says of itself comes before what is only known from its silence. */
const ORDER: readonly Trouble[] = ["full", "busy", "silent"];

/**
 * What several chunks or files have in their way together.
 * @param each what each of them has in its way; undefined: nothing
 * @returns undefined where one of them gets through, or where there are none
 */
export function worstTrouble(each: readonly (Trouble | undefined)[]): Trouble | undefined {
  if (each.includes(undefined)) return undefined;
  return ORDER.find((trouble) => each.includes(trouble));
}

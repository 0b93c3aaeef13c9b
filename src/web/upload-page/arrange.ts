import type { FileState } from "./transfer/types.ts";

export type FoldedGroup = "waiting" | "refused" | "done";

/** What stands in the list: rows, and in place of those that are folded away a line that says how many. */
export type ListItem =
  { kind: "row"; id: string } | { kind: "fold"; group: FoldedGroup; shown: number; hidden: number };

/** So many files are all shown, in the order in which they were chosen. */
const FEW = 12;
/** How many rows of a group are shown where it is folded. */
const SHOWN: Readonly<Record<FoldedGroup, number>> = { refused: 5, waiting: 5, done: 0 };
/** How many rows of files that are being sent: small ones are many at once, and gone before anybody has read them. */
const SENDING = 10;
/** How many more with each press. */
export const UNFOLDED_AT_ONCE = 50;

const rows = (ids: readonly string[]): ListItem[] => ids.map((id) => ({ kind: "row", id }));

/**
 * Where there are many files, what moves or went wrong comes first, and the rest is folded.
 * @param unfolded how often somebody asked for more of a group
 */
export function arrange(
  states: ReadonlyMap<string, FileState>,
  unfolded: Readonly<Record<FoldedGroup, number>>,
): ListItem[] {
  const ids = [...states.keys()];
  if (ids.length <= FEW) return rows(ids);
  const inState = (wanted: FileState) => ids.filter((id) => states.get(id) === wanted);
  const sending = inState("sending");
  const folded = (group: FoldedGroup): ListItem[] => {
    const before = group === "waiting" ? sending.slice(SENDING) : [];
    const members = [...before, ...inState(group)];
    const shown = SHOWN[group] + unfolded[group] * UNFOLDED_AT_ONCE;
    const hidden = members.length - shown;
    // A line in place of a single row would save nothing.
    if (hidden <= (group === "done" ? 0 : 1)) return rows(members);
    return [...rows(members.slice(0, shown)), { kind: "fold", group, shown, hidden }];
  };
  const folds = new Set([...sending.slice(SENDING), ...inState("waiting"), ...inState("refused")]);
  const moving = ids.filter((id) => states.get(id) !== "done" && !folds.has(id));
  return [...rows(moving), ...folded("refused"), ...folded("waiting"), ...folded("done")];
}

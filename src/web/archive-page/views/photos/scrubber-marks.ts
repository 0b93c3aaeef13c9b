import type { GridLayout } from "./layout.ts";

/** Where a month begins, as a part of the grid's height, 0 to 1. `day` is its first one in the list. */
export type ScrubberMark = { day: string; fraction: number; isLabelled: boolean };

/** Labels of years that were nearer would lie over each other, as a part of the track. */
const LABEL_APART = 0.04;

/** The months of a layout; each year's first one is labelled where there is room. None where the list is not in an order of time. */
export function marksOf({ groups, height }: GridLayout): ScrubberMark[] {
  const marks: ScrubberMark[] = [];
  let [month, year] = ["", ""];
  let labelledAt = -1;
  for (const { day, top } of groups) {
    if (day === "" || day.slice(0, 7) === month) continue;
    const fraction = height > 0 ? top / height : 0;
    const isLabelled = day.slice(0, 4) !== year && fraction - labelledAt >= LABEL_APART;
    if (isLabelled) [year, labelledAt] = [day.slice(0, 4), fraction];
    month = day.slice(0, 7);
    marks.push({ day, fraction, isLabelled });
  }
  return marks;
}

/** The month that is at a part of the height. */
export function monthAt(marks: readonly ScrubberMark[], at: number): ScrubberMark | undefined {
  return marks.findLast(({ fraction }) => fraction <= at) ?? marks[0];
}

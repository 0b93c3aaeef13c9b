import type { GridLayout } from "./layout.ts";

/** The beginning of a month on the scrubber. `fraction`: of the grid's height, 0 to 1. `day`: the month's first day in the list. */
export type ScrubberMark = { day: string; fraction: number; isLabelled: boolean };

/** The smallest distance of two labels of years, as a part of the track: nearer ones would overlap. */
const LABEL_APART = 0.04;

/** The months of a layout; the first one of each year is labelled if there is room. None if the list is not in an order of time. */
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

/** The month at a fraction of the height, 0 to 1. */
export function monthAt(marks: readonly ScrubberMark[], at: number): ScrubberMark | undefined {
  return marks.findLast(({ fraction }) => fraction <= at) ?? marks[0];
}

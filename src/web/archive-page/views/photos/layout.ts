import { entryAt, type PhotoDay } from "./pages.ts";

/**
 * Where each photo is in the grid, known before any photo is loaded: all are squares of one size, so that the height of the whole
 * list follows from the number of photos of each day, and nothing moves when photos are loaded. All measures are CSS pixels.
 */
export type GridLayout = {
  /** Side of a square. */
  tile: number;
  height: number;
  groups: readonly Group[];
  /** Rows of all groups, headings counted, for screen readers (`aria-rowcount`). */
  rowCount: number;
};

/** The photos of a day. */
export type Group = PhotoDay & {
  top: number;
  left: number;
  columns: number;
  rows: number;
  height: number;
  /** Number of the heading's row among all rows, from 1; of the first row of photos if there is no heading. */
  ariaRow: number;
};

export const GAP = 4;
/** Space between days that stand side by side. */
const GROUP_GAP = 20;
export const HEADING = 44;
/** Space below a line of days. */
const LINE_GAP = 12;

/** The side of a square that the layout comes near to, in grids narrower than `NARROW` and in others. */
const TARGET = { narrow: 124, wide: 172 };
const NARROW = 600;

/**
 * Lays the days out.
 * @param days in the order of the list; a day whose name is empty gets no heading
 * @param width of the grid
 */
export function layOut(days: readonly PhotoDay[], width: number): GridLayout {
  const target = width < NARROW ? TARGET.narrow : TARGET.wide;
  const most = Math.max(3, Math.round(width / (target + GAP)));
  const tile = Math.max(1, Math.floor((width - GAP * (most - 1)) / most));
  const groups: Group[] = [];
  let [top, left, lineHeight, ariaRow] = [0, 0, 0, 1];
  for (const day of days) {
    const columns = Math.min(day.count, most);
    const rows = Math.ceil(day.count / columns);
    const heading = day.day === "" ? 0 : HEADING;
    const height = heading + rows * (tile + GAP) - GAP;
    // Days of few photos stand side by side, or a year of single pictures would be a tower of lines.
    if (left > 0 && left + widthOf(columns, tile) > width) {
      top += lineHeight + LINE_GAP;
      [left, lineHeight] = [0, 0];
    }
    groups.push({ ...day, top, left, columns, rows, height, ariaRow });
    left += widthOf(columns, tile) + GROUP_GAP;
    lineHeight = Math.max(lineHeight, height);
    ariaRow += rows + (heading > 0 ? 1 : 0);
  }
  return { tile, height: top + lineHeight, groups, rowCount: ariaRow - 1 };
}

export const widthOf = (columns: number, tile: number) => columns * (tile + GAP) - GAP;

export const headingOf = ({ day }: PhotoDay) => (day === "" ? 0 : HEADING);

/** The groups between two heights of the grid, each with the first row and the row behind the last one that are between them. */
export function visibleIn(
  { groups, tile }: GridLayout,
  from: number,
  until: number,
): { group: Group; firstRow: number; endRow: number }[] {
  const visible: { group: Group; firstRow: number; endRow: number }[] = [];
  for (let at = firstGroupAt(groups, from); at < groups.length; at += 1) {
    const group = groups[at];
    if (!group || group.top >= until) break;
    if (group.top + group.height <= from) continue;
    const rowAt = (y: number) => (y - group.top - headingOf(group)) / (tile + GAP);
    const firstRow = Math.max(0, Math.floor(rowAt(from)));
    const endRow = Math.min(group.rows, Math.ceil(rowAt(until)));
    visible.push({ group, firstRow, endRow: Math.max(firstRow, endRow) });
  }
  return visible;
}

/** Index of the first group in the line at this height. */
function firstGroupAt(groups: readonly Group[], y: number): number {
  let [low, high] = [0, groups.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((groups[middle]?.top ?? 0) <= y) low = middle + 1;
    else high = middle;
  }
  let at = Math.max(0, low - 1);
  while (at > 0 && groups[at - 1]?.top === groups[at]?.top) at -= 1;
  return at;
}

/** Where a photo's square is, by its place in the list. */
export function boxOf(
  { groups, tile }: GridLayout,
  index: number,
): { group: Group; row: number; column: number; left: number; top: number } | undefined {
  const group = groups[entryAt(groups, index)];
  if (!group || index >= group.from + group.count) return undefined;
  const row = Math.floor((index - group.from) / group.columns);
  const column = (index - group.from) % group.columns;
  return {
    group,
    row,
    column,
    left: group.left + column * (tile + GAP),
    top: group.top + headingOf(group) + row * (tile + GAP),
  };
}

/** Place in the list of the photo at a point of the grid, or of the nearest one in that line; -1 if there are no photos. */
export function photoNear(layout: GridLayout, x: number, y: number): number {
  const { groups, tile } = layout;
  const first = firstGroupAt(groups, Math.max(0, y));
  let chosen = groups[first];
  for (
    let at = first;
    groups[at] !== undefined && groups[at]?.top === groups[first]?.top;
    at += 1
  ) {
    if ((groups[at]?.left ?? 0) <= x) chosen = groups[at];
  }
  if (!chosen) return -1;
  const { from, count, columns, rows } = chosen;
  const row = within(Math.floor((y - chosen.top - headingOf(chosen)) / (tile + GAP)), rows);
  const column = within(Math.floor((x - chosen.left) / (tile + GAP)), columns);
  return from + Math.min(count - 1, row * columns + column);
}

const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));

/** Place of the photo above (-1) or below (1) another one, in the same column if that row has one. */
export function photoBeside(layout: GridLayout, index: number, rows: 1 | -1): number {
  const box = boxOf(layout, index);
  if (!box) return index;
  const { group, row, column } = box;
  const next = row + rows;
  if (next >= 0 && next < group.rows) {
    return Math.min(group.from + group.count - 1, group.from + next * group.columns + column);
  }
  const x = box.left + layout.tile / 2;
  if (rows < 0) return group.top === 0 ? index : photoNear(layout, x, group.top - LINE_GAP - 1);
  const below = layout.groups.find(({ top }) => top > group.top);
  return below ? photoNear(layout, x, below.top + headingOf(below)) : index;
}

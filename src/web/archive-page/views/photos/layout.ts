import { entryAt, type PhotoDay } from "./pages.ts";

/**
 * Where everything is, before a single photo is known: each has a square of the same size, so that the height of the whole
 * list follows from its days alone, and nothing moves when a photo comes to be known. All measures are CSS pixels.
 */
export type GridLayout = {
  /** Side of a square. */
  tile: number;
  height: number;
  groups: readonly Group[];
  /** Rows of all groups, for screen readers: a heading is one. */
  rowCount: number;
};

/** The photos of a day. */
export type Group = PhotoDay & {
  top: number;
  left: number;
  columns: number;
  rows: number;
  height: number;
  /** Which row of the list its heading is, from 1; its first row of photos where it has none. */
  ariaRow: number;
};

export const GAP = 4;
/** Between days that stand in one line. */
const GROUP_GAP = 20;
export const HEADING = 44;
/** Below a line. */
const LINE_GAP = 12;

/** Squares are about so large. */
const TARGET = { narrow: 124, wide: 172 };
const NARROW = 600;

/**
 * @param days in the order of the list; a day without a name has no heading
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
    // Days of a few photos share a line: a year of single pictures is no tower.
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

/** Which of it is between two heights: groups, with the first row and the row behind the last one. */
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

/** The first group of the line at this height. */
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

/** The photo that is at a point, or nearest to it in its line; -1 where there is none at all. */
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

/** The photo above or below another one, in the same column as far as there is one. */
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

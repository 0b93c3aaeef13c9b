import { MOST_LISTED } from "../../../../api-limits.ts";

/** A part of the list, of one day: as `photo/segments` answers it (protocol 6). `day` is `YYYY-MM-DD`, or empty. */
export type Segment = { day: string; count: number; after: string };

/** Segments that are asked for in one request. `from` is the place of its first photo in the whole list, from 0. */
export type ListPage = {
  /** What it asks for: a page of another list with the same key has the same photos. */
  key: string;
  from: number;
  count: number;
  after: string;
  until: string | undefined;
};

/** All photos of a day, which may be of several segments. */
export type PhotoDay = { day: string; from: number; count: number };

/**
 * Few requests, and most of them the same after photos have come or gone: short days are put together within a month, so that
 * what comes today moves no page of an earlier month.
 */
export function pagesOf(segments: readonly Segment[]): ListPage[] {
  const pages: ListPage[] = [];
  let month = "";
  let from = 0;
  let last: ListPage | undefined;
  for (const { day, count, after } of segments) {
    if (last && day.slice(0, 7) === month && last.count + count <= MOST_LISTED) {
      last.count += count;
    } else {
      if (last) last.until = after;
      last = { key: "", from, count, after, until: undefined };
      pages.push(last);
    }
    month = day.slice(0, 7);
    from += count;
  }
  for (const page of pages) page.key = `${page.after} ${page.until ?? ""} ${page.count}`;
  return pages;
}

export function daysOf(segments: readonly Segment[]): PhotoDay[] {
  const days: PhotoDay[] = [];
  let from = 0;
  for (const { day, count } of segments) {
    const last = days.at(-1);
    if (last?.day === day) last.count += count;
    else days.push({ day, from, count });
    from += count;
  }
  return days;
}

/** The last entry that begins at or before this place of the list; -1 before the first one. */
export function entryAt(entries: readonly { from: number }[], index: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.from ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

import { MOST_LISTED } from "../../../../api-limits.ts";

/** A part of the list within one day, as `photo/segments` answers it (protocol 6). `day` is `YYYY-MM-DD`, or empty if the list is not in an order of time. */
export type Segment = { day: string; count: number; after: string };

/** Segments that are loaded in one request. `from` is the place of its first photo in the whole list, from 0. */
export type ListPage = {
  /** Made of what it asks for: a page with the same key, of an older or newer list, has the same photos. */
  key: string;
  from: number;
  count: number;
  after: string;
  until: string | undefined;
};

/** All photos of a day, which may be several segments. `from` as in `ListPage`. */
export type PhotoDay = { day: string; from: number; count: number };

/**
 * Puts segments together into pages: few requests, of which most stay the same after photos have come or gone. Days are put
 * together within a month only, so that a photo of today does not change the pages of earlier months.
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

/** Index of the last entry that begins at or before this place in the list; -1 if all begin behind it. */
export function entryAt(entries: readonly { from: number }[], index: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.from ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

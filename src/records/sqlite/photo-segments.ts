import type { PhotoPlace, PhotoRecords, PhotoSegment } from "../records.ts";
import { daysBy, type Day } from "./days.ts";
import type { FoundPhotos, photoFinding } from "./photo-finding.ts";
import { fewInOrder, firstPlace, placeBehind } from "./photo-list.ts";
import type { PhotoIds, PhotoOrderIds } from "./photo-orders.ts";
import { hasPhoto, type PhotoSet } from "./photo-set.ts";

/** Milliseconds of one slice, about: a segment is cut to its end. */
const SLICE_MS = 4;

/**
 * Cuts the photos that a filter finds, in their order, into segments of a day. It goes on from slice to slice as a reader of pages does,
 * behind the last photo that it has counted: what comes and goes meanwhile is counted or not, and nothing is counted twice for it.
 */
export function photoSegments(
  find: ReturnType<typeof photoFinding>["find"],
  turn: () => Promise<void>,
): PhotoRecords["segments"] {
  return async (filter, cut) => {
    const made: PhotoSegment[] = [];
    const clocks: Clocks = { most: cut.most, dayOf: daysBy(cut) };
    let last: PhotoPlace | undefined;
    for (;;) {
      const slice = await find(filter, (found) =>
        cutSlice(found, clocks, filter.ascending ?? false, last),
      );
      made.push(...slice.segments);
      if (!slice.last) return made;
      last = slice.last;
      await turn();
    }
  };
}

/** Photos of a segment at most, and the day of a moment. */
type Clocks = { most: number; dayOf: (at: number) => Day };

type Slice = {
  segments: PhotoSegment[];
  /** The photo to go on behind, where there may be more. */
  last?: PhotoPlace;
};

function cutSlice(
  found: FoundPhotos,
  { most, dayOf }: Clocks,
  ascending: boolean,
  after?: PhotoPlace,
): Slice {
  const { order } = found;
  // Photos that are few are a list of their own.
  const list = found.list ?? listOf(fewInOrder(order, found.set, true));
  const set = found.list && found.set;
  const deadline = performance.now() + SLICE_MS;
  const step = ascending ? 1 : -1;
  const segments: PhotoSegment[] = [];
  let day: Day | undefined;
  let at = after ? placeBehind(order, list, after, ascending) : firstPlace(list, ascending);
  for (;;) {
    if (set) at = firstOf(set, list, at, step);
    if (at < 0 || at >= list.length) return { segments };
    const id = list.ids[at] as number;
    const key = order.keyOf(id);
    if (key === undefined) throw new Error(`Photo ${id} is in an order, and not on record`);
    if (!day || !isIn(day, key)) day = typeof key === "string" ? NO_DAY : dayOf(key);
    const end = endOf(day, order, list, ascending);
    const counted = countTo(end, list, set, at, step, most);
    segments.push({
      day: day.name,
      count: counted.count,
      // Just ahead of it: a photo that comes meanwhile to stand there belongs to no segment but its own.
      after: { key, id: id - step },
    });
    at = counted.at;
    if (performance.now() < deadline) continue;
    const lastKey = order.keyOf(counted.last);
    return { segments, ...(lastKey !== undefined && { last: { key: lastKey, id: counted.last } }) };
  }
}

/** Titles have none. */
const NO_DAY: Day = { name: "", from: 0, until: 0 };

function isIn(day: Day, key: string | number): boolean {
  return typeof key === "string" || (key >= day.from && key < day.until);
}

/** The place in the list at which the day ends, going through it in this direction. */
function endOf(day: Day, order: PhotoOrderIds, list: PhotoIds, ascending: boolean): number {
  if (day === NO_DAY) return ascending ? list.length : -1;
  return ascending
    ? order.placeOf(list, { key: day.until, id: 0 })
    : order.placeOf(list, { key: day.from, id: 0 }) - 1;
}

/** The place of the first photo of the set, from a place on; one outside of the list where there is none. */
function firstOf(set: PhotoSet, { ids, length }: PhotoIds, from: number, step: 1 | -1): number {
  let at = from;
  while (at >= 0 && at < length && !hasPhoto(set, ids[at] as number)) at += step;
  return at;
}

/** Counts photos of the set, up to so many. @returns also the last of them, and the place behind it */
function countTo(
  end: number,
  { ids }: PhotoIds,
  set: PhotoSet | undefined,
  from: number,
  step: 1 | -1,
  most: number,
): { count: number; last: number; at: number } {
  let [count, last, at] = [0, 0, from];
  for (; at !== end && count < most; at += step) {
    const id = ids[at] as number;
    if (set && !hasPhoto(set, id)) continue;
    count += 1;
    last = id;
  }
  return { count, last, at };
}

function listOf(ids: readonly number[]): PhotoIds {
  return { ids: Uint32Array.from(ids), length: ids.length, position: 0, largest: 0 };
}

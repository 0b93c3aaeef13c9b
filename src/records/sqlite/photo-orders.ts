import type { ChangedPhotos } from "./changed-photos.ts";
import type { PhotoOrder, PhotoPlace } from "../records.ts";
import type { Db } from "./db.ts";
import { ORDER_KEYS, orderStatements } from "./order-statements.ts";
import { hasPhoto, type PhotoSet } from "./photo-set.ts";

/** Ids that are read from an index in one slice: a millisecond's work. */
const SLICE = 10_000;

/**
 * Changes that are taken in at once: each may take twenty look-ups. All that there are have to be, since a photo is looked for
 * by what others are now. More than these: the order is read again.
 */
const FEW = 300;

/**
 * The ids of all photos in an order, ascending, those in the trash as well: four bytes for each. With it a page is found
 * without SQLite, which would have to count its way there.
 */
export type PhotoIds = { ids: Uint32Array; length: number; position: number; largest: number };

/** One of the orders, and where photos stand in it. */
export type PhotoOrderIds = ReturnType<typeof photoOrder>;

/**
 * Orders that were asked for, kept in memory. The first question reads one from its index, in slices.
 * @param turn asked for before each slice
 */
export function photoOrders(db: Db, changes: ChangedPhotos, turn: () => Promise<void>) {
  const orders = new Map<PhotoOrder, PhotoOrderIds>();
  return (order: PhotoOrder) => {
    const known = orders.get(order) ?? photoOrder(db, ORDER_KEYS[order], changes, turn);
    orders.set(order, known);
    return known;
  };
}

function photoOrder(db: Db, key: string, changes: ChangedPhotos, turn: () => Promise<void>) {
  const { sameKey, laterKeys, these, room, keyOf, precedes, isLess } = orderStatements(db, key);

  let list: PhotoIds | undefined;
  let making: Promise<void> | undefined;

  async function make(): Promise<void> {
    list = undefined;
    const made = empty(changes.position(), room.get() ?? 0);
    let last: PhotoPlace = { key: key === ORDER_KEYS.title ? "" : -Number.MAX_SAFE_INTEGER, id: 0 };
    for (;;) {
      await turn();
      const read = after(last);
      for (const id of read) append(made, id);
      const end = read.at(-1);
      if (end === undefined) break;
      const endKey = keyOf.get(end);
      // Removed in this moment: nothing is, within a turn.
      if (endKey === undefined) break;
      last = { key: endKey, id: end };
    }
    bringUp(made);
    list = made;
  }

  function after(last: PhotoPlace): number[] {
    const same = parse(sameKey.get(last.key, last.id, SLICE));
    if (same.length === SLICE) return same;
    return [...same, ...parse(laterKeys.get(last.key, SLICE - same.length))];
  }

  /** How many stand before this place. */
  function placeOf(of: PhotoIds, { key: at, id }: PhotoPlace): number {
    let [low, high] = [0, of.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (precedes.get(at, id, of.ids[middle] as number) === 1) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Takes photos that were changed out of the list, and puts those that are still there where they stand now. */
  function takeIn(of: PhotoIds, changed: readonly number[]): void {
    if (changed.some((id) => id <= of.largest)) {
      const gone = new Set(changed);
      let kept = 0;
      for (let index = 0; index < of.length; index += 1) {
        const id = of.ids[index] as number;
        if (!gone.has(id)) of.ids[kept++] = id;
      }
      of.length = kept;
    }
    const coming = parse(these.get(JSON.stringify(changed)));
    const places = coming.map((id) => {
      const at = { key: keyOf.get(id) ?? 0, id };
      const end = of.ids[of.length - 1];
      return end === undefined || precedes.get(at.key, id, end) === 1 ? of.length : placeOf(of, at);
    });
    insert(of, coming, places);
  }

  const pending = (of: PhotoIds) => changes.position() - of.position;

  /** Makes the list, or makes it again where too much has changed. */
  async function ready(): Promise<void> {
    if (list && pending(list) <= FEW) return;
    making ??= make().finally(() => {
      making = undefined;
    });
    await making;
  }

  function bringUp(of: PhotoIds): void {
    const changed = changes.after(of.position, pending(of));
    if (!changed) throw new Error("More photos were changed than are remembered");
    if (changed.ids.length > 0) takeIn(of, changed.ids);
    of.position = changed.position;
  }

  return {
    ready,
    /** The list as it is now; undefined where it has to be made ready first. Valid in this turn of the event loop. */
    current: (): PhotoIds | undefined => {
      if (!list || pending(list) > FEW) return undefined;
      bringUp(list);
      return list;
    },
    keyOf: (id: number): string | number | undefined => keyOf.get(id),
    placeOf,
    /** Few photos, in the order. */
    sorted: (few: Iterable<number>): number[] => parse(these.get(JSON.stringify([...few]))),
    /** Whether one place is before another. */
    isBefore: (one: PhotoPlace, other: PhotoPlace): boolean =>
      isLess.get(one.key, one.id, other.key, other.id) === 1,
  };
}

/**
 * Photos of a set in the order of a list, or backwards.
 * @param set undefined for all
 * @param from the first place that is looked at
 * @param skip of the set's own, to pass over
 * @param to the place at which it ends, if not at the list's own end
 */
export function walk(
  { ids, length }: PhotoIds,
  set: PhotoSet | undefined,
  from: number,
  step: 1 | -1,
  skip: number,
  limit: number,
  to: number = step > 0 ? length : -1,
): number[] {
  const found: number[] = [];
  let left = skip;
  for (let index = from; index >= 0 && index < length && found.length < limit; index += step) {
    if (step > 0 ? index >= to : index <= to) break;
    const id = ids[index] as number;
    if (set && !hasPhoto(set, id)) continue;
    if (left > 0) left -= 1;
    else found.push(id);
  }
  return found;
}

/** @param room for so many: a list that grew as it is read would leave four times its own size to the collector */
function empty(position: number, room: number): PhotoIds {
  return { ids: new Uint32Array(room + 1024), length: 0, position, largest: 0 };
}

function append(list: PhotoIds, id: number): void {
  makeRoom(list, 1);
  list.ids[list.length++] = id;
  if (id > list.largest) list.largest = id;
}

function makeRoom(list: PhotoIds, more: number): void {
  if (list.length + more <= list.ids.length) return;
  const larger = new Uint32Array(Math.ceil((list.length + more) * 1.25));
  larger.set(list.ids.subarray(0, list.length));
  list.ids = larger;
}

/** @param places where each goes, in the list without them; ascending */
function insert(list: PhotoIds, coming: readonly number[], places: readonly number[]): void {
  makeRoom(list, coming.length);
  let end = list.length;
  for (let index = coming.length - 1; index >= 0; index -= 1) {
    const place = places[index] as number;
    list.ids.copyWithin(place + index + 1, place, end);
    list.ids[place + index] = coming[index] as number;
    end = place;
  }
  list.length += coming.length;
  for (const id of coming) if (id > list.largest) list.largest = id;
}

export function parse(ids: string | undefined): number[] {
  return ids === undefined ? [] : (JSON.parse(ids) as number[]);
}

import { sql } from "drizzle-orm";
import { asksForIndex } from "../photos.ts";
import type { Photo, PhotoFilter, PhotoPage, PhotoPlace } from "../records.ts";
import type { ChangedPhotos } from "./changed-photos.ts";
import type { Db } from "./db.ts";
import { selectPhotos } from "./find.ts";
import { photoConditions, type Conditions } from "./photo-conditions.ts";
import { photoOrders, walk, type PhotoIds } from "./photo-orders.ts";
import { combined, idsIn, setOf, setOfList, union, type PhotoSet } from "./photo-set.ts";
import { photoSets, type Condition } from "./photo-sets.ts";
import { photos } from "./schema.ts";

/** Fewer are put in order by SQLite, which is faster than to look for them among all photos. */
const FEW = 512;

/** What words begin with, mostly. */
const LETTERS = [..."abcdefghijklmnopqrstuvwxyz0123456789"];

/** Longer beginnings are in fewer photos. */
const LONGEST = 3;

/** Sets of fewer photos are read in no time. */
const MANY = 200_000;

/**
 * Lists photos: each condition of a filter is a set of ids, which are put together and walked through in an order. Sets and
 * orders are kept in memory (photo-sets.ts, photo-orders.ts), since SQLite takes time in proportion to what it counts and
 * passes over, and holds up everybody meanwhile.
 *
 * It relies on photos being made and changed by this process only.
 * @param whenIndexed photos of earlier versions have their facets and words
 */
export function photoLists(
  db: Db,
  changes: ChangedPhotos,
  turn: () => Promise<void>,
  whenIndexed: () => Promise<void>,
) {
  const orderOf = photoOrders(db, changes, turn);
  const sets = photoSets(changes, turn);
  const asConditions = photoConditions(db);
  const these = selectPhotos(db)
    .where(sql`${photos.id} in (select value from json_each(${sql.placeholder("ids")}))`)
    .prepare();
  const lastId = db.$client.prepare<[], number | null>("select max(id) from photos").pluck();
  let everything: { position: number; set: PhotoSet } | undefined;

  function read(ids: readonly number[]): Photo[] {
    const found = new Map(
      these.all({ ids: JSON.stringify(ids) }).map((photo) => [photo.id, photo]),
    );
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** All photos: of the ids in an order. */
  function all(list: PhotoIds): PhotoSet {
    if (everything?.position !== list.position) {
      everything = {
        position: list.position,
        set: setOfList(list.ids.subarray(0, list.length), list.largest),
      };
    }
    return everything.set;
  }

  /** The sets of these conditions as they are now; undefined where one has to be made ready first. */
  function current(conditions: readonly Condition[]): PhotoSet[] | undefined {
    const found = conditions.map(sets.current);
    return found.every((set) => set !== undefined) ? found : undefined;
  }

  /**
   * Reads the sets of those beginnings of words that very many photos have, before they are asked for: a set that most of a million
   * photos are in takes 70 ms.
   */
  async function prepareSearch(): Promise<void> {
    await whenIndexed();
    // The database is closed when the process is told to stop.
    if (!db.$client.open || (lastId.get() ?? 0) < MANY) return;
    const beginnings = [...LETTERS];
    for (const beginning of beginnings) {
      for (const condition of asConditions.searched(beginning)) {
        const many = await sets.pin(condition, MANY).catch((error: unknown) => {
          if (db.$client.open) throw error;
        });
        if (many === undefined) return;
        if (many && beginning.length < LONGEST) {
          beginnings.push(...LETTERS.map((letter) => beginning + letter));
        }
      }
    }
  }

  const answerPage = async (filter: PhotoFilter): Promise<PhotoPage> => {
    if (asksForIndex(filter)) await whenIndexed();
    const asked = asConditions.ofFilter(filter);
    const order = orderOf(filter.order ?? "created");
    const [one] = asked.few;
    if (one) {
      // Of one photo, or of a token, which has a thousand uses at most (protocol 3): these are asked themselves.
      const set = setOf(amongAll(asked, [...one.slices()].flat()));
      return answer(filter, order, pageOfFew(order, set, filter), set.count);
    }
    for (;;) {
      await order.ready();
      for (const condition of [...asked.all, ...asked.any.flat(), ...asked.none]) {
        await sets.ready(condition);
      }
      // All in one turn from here on: what one of them has taken in, all have.
      const list = order.current();
      const wanted = current(asked.all);
      const any = asked.any.map(current);
      const unwanted = current(asked.none)?.filter((set) => set.count > 0);
      if (!list || !wanted || !unwanted) continue;
      if (!any.every((choice) => choice !== undefined)) continue;
      const within = [...wanted, ...any.map(union)];
      if (within.length === 0 && unwanted.length > 0) within.push(all(list));
      const set = within.length === 0 ? undefined : combined(within, unwanted);
      const total = set?.count ?? list.length;
      return answer(filter, order, page(order, list, set, filter), total);
    }
  };

  /** @param ids of the page, and of one behind it where more follow */
  function answer(
    filter: PhotoFilter,
    order: Order,
    ids: readonly number[],
    total: number,
  ): PhotoPage {
    const shown = ids.slice(0, filter.limit);
    const last = shown.at(-1);
    const key = last !== undefined && ids.length > shown.length ? order.keyOf(last) : undefined;
    return {
      photos: read(shown),
      total,
      ...(last !== undefined && key !== undefined && { next: { key, id: last } }),
    };
  }

  return { list: answerPage, prepareSearch };
}

/** Those of few photos that meet all conditions. */
function amongAll({ all, any, none, few }: Conditions, ids: readonly number[]): readonly number[] {
  let left = ids;
  for (const condition of [...few, ...all]) left = condition.among(left);
  for (const choice of any) {
    const meeting = new Set(choice.flatMap((condition) => condition.among(left)));
    left = left.filter((id) => meeting.has(id));
  }
  for (const condition of none) {
    const meeting = new Set(condition.among(left));
    left = left.filter((id) => !meeting.has(id));
  }
  return left;
}

type Order = ReturnType<ReturnType<typeof photoOrders>>;

/** The ids of a page, and of the one behind it. */
function page(
  order: Order,
  list: PhotoIds,
  set: PhotoSet | undefined,
  filter: PhotoFilter,
): number[] {
  const { after, offset, ascending = false } = filter;
  const limit = filter.limit + 1;
  if (set && set.count <= FEW) return pageOfFew(order, set, filter);
  // The place of the first that may be on the page.
  let from = ascending ? 0 : list.length - 1;
  if (after) {
    const place = order.placeOf(list, after);
    if (ascending) from = list.ids[place] === after.id ? place + 1 : place;
    else from = place - 1;
  }
  if (!set) {
    const first = ascending ? from + offset : from - offset;
    return walk(list, undefined, first, ascending ? 1 : -1, 0, limit);
  }
  return offset >= set.count ? [] : walk(list, set, from, ascending ? 1 : -1, offset, limit);
}

function pageOfFew(order: Order, set: PhotoSet, filter: PhotoFilter): number[] {
  const { after, offset, ascending = false } = filter;
  const ids = order.sorted(idsIn(set));
  if (!ascending) ids.reverse();
  const from = after ? ids.findIndex((id) => isBehind(order, id, after, ascending)) : 0;
  return from === -1 ? [] : ids.slice(from + offset, from + offset + filter.limit + 1);
}

function isBehind(order: Order, id: number, place: PhotoPlace, ascending: boolean): boolean {
  const key = order.keyOf(id);
  if (key === undefined) return false;
  const own = { key, id };
  return ascending ? order.isBefore(place, own) : order.isBefore(own, place);
}

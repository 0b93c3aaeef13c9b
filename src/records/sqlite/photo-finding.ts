import { asksForIndex } from "../photos.ts";
import type { PhotoQuestion } from "../records.ts";
import type { ChangedPhotos } from "./changed-photos.ts";
import type { Db } from "./db.ts";
import { photoConditions, type Conditions } from "./photo-conditions.ts";
import { photoOrders, type PhotoIds, type PhotoOrderIds } from "./photo-orders.ts";
import { combined, setOf, setOfList, union, type PhotoSet } from "./photo-set.ts";
import { photoSets, type Condition } from "./photo-sets.ts";

/** Fewer are put in order by SQLite, which is faster than to look for them among all photos. */
const FEW = 512;

/** What words begin with, mostly. */
const LETTERS = [..."abcdefghijklmnopqrstuvwxyz0123456789"];

/** Longer beginnings are in fewer photos. */
const LONGEST = 3;

/** Sets of fewer photos are read in no time. */
const MANY = 200_000;

/** The photos that a filter finds, as they are in this turn of the event loop. Nothing of it may be changed. */
export type FoundPhotos = {
  order: PhotoOrderIds;
  /** How many they are. */
  total: number;
} & (
  | {
      list: PhotoIds;
      /** Those of the list that are meant; undefined: all. */ set: PhotoSet | undefined;
    }
  /** They are few: SQLite puts them in order. */
  | { list: undefined; set: PhotoSet }
);

/**
 * Finds photos: each condition of a filter is a set of ids, which are put together and walked through in an order. Sets and
 * orders are kept in memory (photo-sets.ts, photo-orders.ts), since SQLite takes time in proportion to what it counts and
 * passes over, and holds up everybody meanwhile.
 *
 * It relies on photos being made and changed by this process only.
 * @param whenIndexed photos of earlier versions have their facets and words
 */
export function photoFinding(
  db: Db,
  changes: ChangedPhotos,
  turn: () => Promise<void>,
  whenIndexed: () => Promise<void>,
) {
  const orderOf = photoOrders(db, changes, turn);
  const sets = photoSets(changes, turn);
  const asConditions = photoConditions(db);
  const lastId = db.$client.prepare<[], number | null>("select max(id) from photos").pluck();
  let everything: { position: number; set: PhotoSet } | undefined;

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

  /** @param use is called in the turn in which the photos were found, and must not wait for anything */
  async function find<Result>(
    filter: PhotoQuestion,
    use: (found: FoundPhotos) => Result,
  ): Promise<Result> {
    if (asksForIndex(filter)) await whenIndexed();
    const asked = asConditions.ofFilter(filter);
    const order = orderOf(filter.order ?? "created");
    const [one] = asked.few;
    if (one) {
      // Of one photo, or of a token, which has a thousand uses at most (protocol 3): these are asked themselves.
      const set = setOf(amongAll(asked, [...one.slices()].flat()));
      return use({ order, list: undefined, set, total: set.count });
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
      if (set && set.count <= FEW) return use({ order, list: undefined, set, total });
      return use({ order, list, set, total });
    }
  }

  return { find, prepareSearch };
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

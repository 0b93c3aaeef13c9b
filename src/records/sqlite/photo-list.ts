import { sql } from "drizzle-orm";
import type { Photo, PhotoFilter, PhotoPage, PhotoPlace } from "../records.ts";
import type { Db } from "./db.ts";
import { selectPhotos } from "./find.ts";
import type { FoundPhotos, photoFinding } from "./photo-finding.ts";
import { walk, type PhotoIds, type PhotoOrderIds } from "./photo-orders.ts";
import { idsIn, type PhotoSet } from "./photo-set.ts";
import { photos } from "./schema.ts";

/** Pages of the photos that a filter finds. */
export function photoLists(
  db: Db,
  find: ReturnType<typeof photoFinding>["find"],
): (filter: PhotoFilter) => Promise<PhotoPage> {
  const these = selectPhotos(db)
    .where(sql`${photos.id} in (select value from json_each(${sql.placeholder("ids")}))`)
    .prepare();

  function read(ids: readonly number[]): Photo[] {
    const found = new Map(
      these.all({ ids: JSON.stringify(ids) }).map((photo) => [photo.id, photo]),
    );
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  return (filter) =>
    find(filter, (found) => {
      const ids = pageOf(found, filter);
      const shown = ids.slice(0, filter.limit);
      const last = shown.at(-1);
      const follows = last !== undefined && ids.length > shown.length;
      const key = follows ? found.order.keyOf(last) : undefined;
      return {
        photos: read(shown),
        total: found.total,
        ...(last !== undefined && key !== undefined && { next: { key, id: last } }),
      };
    });
}

/** The ids of a page, and of the one behind it. */
function pageOf({ order, list, set }: FoundPhotos, filter: PhotoFilter): number[] {
  const { after, until, offset, ascending = false } = filter;
  const limit = filter.limit + 1;
  if (!list) return pageOfFew(order, set, filter);
  const step = ascending ? 1 : -1;
  const from = after ? placeBehind(order, list, after, ascending) : firstPlace(list, ascending);
  const to = until && placeBehind(order, list, until, ascending);
  if (!set) return walk(list, undefined, from + step * offset, step, 0, limit, to);
  return offset >= set.count ? [] : walk(list, set, from, step, offset, limit, to);
}

export function firstPlace(list: PhotoIds, ascending: boolean): number {
  return ascending ? 0 : list.length - 1;
}

/** The place in the list of the first photo that stands behind a place of the order, going through it in this direction. */
export function placeBehind(
  order: PhotoOrderIds,
  list: PhotoIds,
  place: PhotoPlace,
  ascending: boolean,
): number {
  const before = order.placeOf(list, place);
  if (!ascending) return before - 1;
  return list.ids[before] === place.id ? before + 1 : before;
}

/** The few photos of a set, in this direction of the order. */
export function fewInOrder(order: PhotoOrderIds, set: PhotoSet, ascending: boolean): number[] {
  const ids = order.sorted(idsIn(set));
  return ascending ? ids : ids.toReversed();
}

function pageOfFew(order: PhotoOrderIds, set: PhotoSet, filter: PhotoFilter): number[] {
  const { after, until, offset, ascending = false } = filter;
  const ids = fewInOrder(order, set, ascending);
  const placeOf = (place: PhotoPlace) => {
    const found = ids.findIndex((id) => isBehind(order, id, place, ascending));
    return found === -1 ? ids.length : found;
  };
  const from = (after ? placeOf(after) : 0) + offset;
  return ids.slice(from, Math.min(from + filter.limit + 1, until ? placeOf(until) : ids.length));
}

function isBehind(
  order: PhotoOrderIds,
  id: number,
  place: PhotoPlace,
  ascending: boolean,
): boolean {
  const key = order.keyOf(id);
  if (key === undefined) return false;
  const own = { key, id };
  return ascending ? order.isBefore(place, own) : order.isBefore(own, place);
}

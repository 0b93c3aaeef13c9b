import type { Db } from "./db.ts";
import { facetIds, type FacetKind } from "./facets.ts";
import { parse } from "./photo-orders.ts";
import { idWindows, prepareIds } from "./photo-slices.ts";
import type { Condition } from "./photo-sets.ts";

/** Photos with a facet: a tag, an album, an owner, a kind of file. */
export function facetConditions(db: Db): (kind: FacetKind, key: string) => Condition {
  const facet = facetIds(db);
  const windows = idWindows(db);
  const within = prepareIds(
    db,
    `select json_group_array(photo_id) from photo_facets
      where facet_id = ? and photo_id between ? and ?`,
  );
  const among = prepareIds(
    db,
    `select json_group_array(photo_id) from photo_facets
      where facet_id = ? and photo_id in (select value from json_each(?))`,
  );
  return (kind, key) => {
    const id = () => facet(kind, key) ?? 0;
    return {
      name: `${kind} ${key}`,
      // The facet may be made meanwhile: its photos are among the changed ones then.
      slices: () => windows((from, until) => parse(within.get(id(), from, until))),
      among: (ids) => parse(among.get(id(), JSON.stringify(ids))),
    };
  };
}

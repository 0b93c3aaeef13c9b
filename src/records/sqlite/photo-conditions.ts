import type { PhotoQuestion } from "../records.ts";
import type { Db } from "./db.ts";
import { facetIds } from "./facets.ts";
import { fullText } from "./full-text.ts";
import { parse } from "./photo-orders.ts";
import type { Condition } from "./photo-sets.ts";

/** Photos by id that are looked at in one slice. */
const WINDOW = 32_768;

/** Rows of an index that are read in one slice. */
const SLICE = 10_000;

/**
 * What a filter asks for, as conditions: each of `few` and of `all`, one of each of `any`, none of `none`. Of `few`, each has
 * few photos whatever there is.
 */
export type Conditions = {
  few: readonly Condition[];
  all: readonly Condition[];
  any: readonly (readonly Condition[])[];
  none: readonly Condition[];
};

/** Puts what is asked for into conditions, each of which is kept for itself (photo-sets.ts). */
export function photoConditions(db: Db) {
  const facet = facetIds(db);
  const text = fullText(db);
  const prepare = (statement: string) => db.$client.prepare<unknown[], string>(statement).pluck();

  const lastId = db.$client.prepare<[], number | null>("select max(id) from photos").pluck();

  const these = "id in (select value from json_each(?))";
  const amongPhotos = (condition: string) =>
    prepare(`select json_group_array(id) from photos where ${these} and ${condition}`);

  const ofFacet = prepare(
    `select json_group_array(photo_id) from photo_facets
      where facet_id = ? and photo_id between ? and ?`,
  );
  const amongFacet = prepare(
    `select json_group_array(photo_id) from photo_facets
      where facet_id = ? and photo_id in (select value from json_each(?))`,
  );
  const inTrash = prepare(
    `select json_group_array(id) from (select id from photos
      where deleted_at is not null and (deleted_at, id) > (?, ?) order by deleted_at, id limit ${SLICE})`,
  );
  const amongTrash = amongPhotos("deleted_at is not null");
  const trashKey = db.$client
    .prepare<[number], number>("select deleted_at from photos where id = ?")
    .pluck();
  const created = prepare(
    `select json_group_array(id) from (select id from photos
      where (created_at, id) > (?, ?) and created_at < ? order by created_at, id limit ${SLICE})`,
  );
  const createdKey = db.$client
    .prepare<[number], number>("select created_at from photos where id = ?")
    .pluck();
  const amongCreated = amongPhotos("created_at >= ? and created_at < ?");
  const amongPublished = amongPhotos("(published = 1 or publish_date <= ?)");
  const publishedBetween = prepare(
    `select json_group_array(id) from (select id from photos
      where published = 0 and publish_date is not null and publish_date > ? and publish_date <= ? limit ${SLICE})`,
  );
  const listed = db.$client.prepare<unknown[], { ids: string; shown: string }>(
    `select json_group_array(id) as ids,
        json_group_array(id) filter (where published = 1 or publish_date <= ?) as shown
      from (select id, published, publish_date from photos
        where (created_at, id) > (?, ?) order by created_at, id limit ${SLICE})`,
  );
  const ofToken = prepare("select json_group_array(id) from photos where token_id = ?");
  const amongToken = amongPhotos("token_id = ?");
  const ofId = amongPhotos("1 = 1");

  function* windows(read: (from: number, until: number) => readonly number[]) {
    for (let from = 1; from <= (lastId.get() ?? 0); from += WINDOW) {
      yield read(from, from + WINDOW - 1);
    }
  }

  const has = (kind: "tag" | "album" | "user" | "media", key: string): Condition => {
    const id = () => facet(kind, key) ?? 0;
    return {
      name: `${kind} ${key}`,
      // It may be made meanwhile: it has no photos then that are not among the changed ones.
      slices: () => windows((from, until) => parse(ofFacet.get(id(), from, until))),
      among: (ids) => parse(amongFacet.get(id(), JSON.stringify(ids))),
    };
  };

  const trash: Condition = {
    name: "trash",
    slices: () =>
      following(
        0,
        (key, id) => inTrash.get(key, id),
        (id) => trashKey.get(id),
      ),
    among: (ids) => parse(amongTrash.get(JSON.stringify(ids))),
  };

  const publishedAt = (now: number): Condition => ({
    name: "published",
    slices: function* slices() {
      for (let [key, id] = [0, 0]; ;) {
        const row = listed.get(now, key, id);
        const last = parse(row?.ids).at(-1);
        if (last === undefined) return;
        [key, id] = [createdKey.get(last) ?? key, last];
        yield parse(row?.shown);
      }
    },
    among: (ids) => parse(amongPublished.get(JSON.stringify(ids), now)),
    moment: {
      now,
      between: (earlier, later) => {
        const ids = parse(publishedBetween.get(earlier, later));
        return ids.length < SLICE ? ids : undefined;
      },
    },
  });

  const createdIn = (from: number, until: number): Condition => ({
    name: `created ${from} ${until}`,
    slices: () =>
      following(
        from - 0.5,
        (key, id) => created.get(key, id, until),
        (id) => createdKey.get(id),
      ),
    among: (ids) => parse(amongCreated.get(JSON.stringify(ids), from, until)),
  });

  const searched = (search: string): Condition[] =>
    text
      .search(search)
      .map(({ name, between, among }) => ({ name, among, slices: () => windows(between) }));

  const ofFilter = (filter: PhotoQuestion): Conditions => {
    const { tags } = filter;
    const few: Condition[] = [];
    const all: Condition[] = [];
    const none: Condition[] = [];
    if (filter.photoId !== undefined) {
      const id = filter.photoId;
      few.push({
        name: `photo ${id}`,
        slices: () => [parse(ofId.get(JSON.stringify([id])))],
        among: (ids) => parse(ofId.get(JSON.stringify(ids.filter((one) => one === id)))),
      });
    }
    if (filter.tokenId !== undefined) {
      const id = filter.tokenId;
      few.push({
        name: `token ${id}`,
        slices: () => [parse(ofToken.get(id))],
        among: (ids) => parse(amongToken.get(JSON.stringify(ids), id)),
      });
    }
    if (filter.publishedAt !== undefined) all.push(publishedAt(filter.publishedAt));
    if (filter.unpublishedAt !== undefined) none.push(publishedAt(filter.unpublishedAt));
    if (filter.albumId !== undefined) all.push(has("album", String(filter.albumId)));
    if (filter.userId !== undefined) all.push(has("user", String(filter.userId)));
    if (tags?.mode === "all") all.push(...tags.keys.map((key) => has("tag", key)));
    if (filter.created) all.push(createdIn(filter.created.from, filter.created.until));
    for (const kind of ["video", "audio"] as const) {
      const wanted = filter[kind];
      if (wanted !== undefined) (wanted ? all : none).push(has("media", kind));
    }
    if (filter.search !== undefined) {
      all.push(...searched(filter.search));
    }
    if (filter.inTrash) all.push(trash);
    else none.push(trash);
    return {
      few,
      all,
      none,
      any: tags?.mode === "any" ? [tags.keys.map((key) => has("tag", key))] : [],
    };
  };

  return { ofFilter, searched };
}

/** Goes through an index from a key on. */
function* following(
  from: number,
  read: (key: number, id: number) => string | undefined,
  keyOf: (id: number) => number | undefined,
) {
  for (let [key, id] = [from, 0]; ;) {
    const ids = parse(read(key, id));
    const last = ids.at(-1);
    if (last === undefined) return;
    // Before others have a turn, in which it may be changed.
    [key, id] = [keyOf(last) ?? key, last];
    yield ids;
  }
}

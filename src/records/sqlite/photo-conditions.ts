import type { PhotoQuestion, TimeSpan } from "../records.ts";
import type { Db } from "./db.ts";
import { facetConditions } from "./facet-conditions.ts";
import { fullText } from "./full-text.ts";
import { idWindows } from "./photo-slices.ts";
import type { Condition } from "./photo-sets.ts";
import {
  onePhotoConditions,
  publishedConditions,
  timeConditions,
  tokenConditions,
  trashCondition,
} from "./row-conditions.ts";

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
  const parts = {
    photo: onePhotoConditions(db),
    token: tokenConditions(db),
    published: publishedConditions(db),
    created: timeConditions(db, "created"),
    taken: timeConditions(db, "taken"),
    has: facetConditions(db),
    trash: trashCondition(db),
    searched: searchConditions(db),
  };
  return {
    ofFilter: (filter: PhotoQuestion) => conditionsOf(filter, parts),
    searched: parts.searched,
  };
}

type Parts = {
  photo: (id: number) => Condition;
  token: (id: number) => Condition;
  published: (now: number) => Condition;
  created: (span: TimeSpan) => Condition;
  taken: (span: TimeSpan) => Condition;
  has: ReturnType<typeof facetConditions>;
  trash: Condition;
  searched: (search: string) => Condition[];
};

function conditionsOf(filter: PhotoQuestion, parts: Parts): Conditions {
  const { photo, token, published, created, taken, has, trash, searched } = parts;
  const { photoId, tokenId, publishedAt, unpublishedAt, albumId, userId, tags, search } = filter;
  const few: Condition[] = [];
  const all: Condition[] = [];
  const none: Condition[] = [];
  if (photoId !== undefined) few.push(photo(photoId));
  if (tokenId !== undefined) few.push(token(tokenId));
  if (publishedAt !== undefined) all.push(published(publishedAt));
  if (unpublishedAt !== undefined) none.push(published(unpublishedAt));
  if (albumId !== undefined) all.push(has("album", String(albumId)));
  if (userId !== undefined) all.push(has("user", String(userId)));
  if (tags?.mode === "all") all.push(...tags.keys.map((key) => has("tag", key)));
  if (filter.created) all.push(created(filter.created));
  if (filter.taken) all.push(taken(filter.taken));
  for (const kind of ["video", "audio"] as const) {
    const wanted = filter[kind];
    if (wanted !== undefined) (wanted ? all : none).push(has("media", kind));
  }
  if (search !== undefined) all.push(...searched(search));
  (filter.inTrash ? all : none).push(trash);
  const any = tags?.mode === "any" ? [tags.keys.map((key) => has("tag", key))] : [];
  return { few, all, any, none };
}

/** A condition for each word of a search (full-text.ts). */
function searchConditions(db: Db): (search: string) => Condition[] {
  const text = fullText(db);
  const windows = idWindows(db);
  return (search) =>
    text
      .search(search)
      .map(({ name, between, among }) => ({ name, among, slices: () => windows(between) }));
}

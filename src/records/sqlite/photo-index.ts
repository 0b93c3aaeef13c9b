import { isPublished } from "../photos.ts";
import type { Photo } from "../records.ts";
import { createAlbumNames } from "./album-names.ts";
import type { Db } from "./db.ts";
import { facetsOf, type Facet } from "./facets.ts";
import { fullText } from "./full-text.ts";

/**
 * What is derived of photos: their facets, how many photos each facet has, and the words they are found by. Call these
 * inside the transaction that makes or changes a photo, behind what it writes.
 */
export type PhotoIndex = ReturnType<typeof photoIndex>;

/** How a photo is counted: in how many photos a facet has, and in how many of these are published. */
type Weight = { photos: 0 | 1; published: 0 | 1 };

const NOTHING: Weight = { photos: 0, published: 0 };

export function photoIndex(db: Db) {
  const known = db.$client.prepare<[string, string], { id: number; photos: number }>(
    "select id, photos from facets where kind = ? and key = ?",
  );
  const text = fullText(db);
  const albums = createAlbumNames(db);
  const newFacet = db.$client.prepare("insert into facets (kind, key, name) values (?, ?, ?)");
  const nameFacet = db.$client.prepare("update facets set name = ? where id = ?");
  const count = db.$client.prepare(
    "update facets set photos = photos + ?, published = published + ? where id = ?",
  );
  const put = db.$client.prepare(
    "insert or ignore into photo_facets (facet_id, photo_id) values (?, ?)",
  );
  const take = db.$client.prepare("delete from photo_facets where facet_id = ? and photo_id = ?");
  const setCounted = db.$client.prepare("update photos set counted = ? where id = ?");
  const setAlbums = db.$client.prepare("update photos set album_id = ? where id = ?");
  const counted = db.$client
    .prepare<[number], number | null>("select counted from photos where id = ?")
    .pluck();

  function idOf({ kind, key, name }: Facet): number {
    const row = known.get(kind, key);
    if (row === undefined) return Number(newFacet.run(kind, key, name).lastInsertRowid);
    // A tag that no photo has any more is written anew.
    if (kind === "tag" && row.photos === 0) nameFacet.run(name, row.id);
    return row.id;
  }

  function add(ids: readonly number[], by: { photos: number; published: number }): void {
    if (by.photos === 0 && by.published === 0) return;
    for (const id of ids) count.run(by.photos, by.published, id);
  }

  /** @param as how the photo was counted; undefined where it was not yet. */
  function write(
    before: Photo | undefined,
    as: Weight | undefined,
    photo: Photo,
    now: number,
    mayNameAlbums: boolean,
  ): Photo {
    const albumId = albums.those(photo.albumId, mayNameAlbums, photo.createdAt);
    if (albumId !== photo.albumId) setAlbums.run(albumId, photo.id);
    const after = { ...photo, albumId };
    const isShown = isPublished(after, now) ? 1 : 0;
    const weight: Weight = after.deletedAt === null ? { photos: 1, published: isShown } : NOTHING;
    const was = as ?? NOTHING;
    const [old, facets] = [before && as ? facetsOf(before) : [], facetsOf(after)];
    const [wasIn, isIn] = [new Set(old.map(nameOf)), new Set(facets.map(nameOf))];
    const [gone, kept, come] = [
      old.filter((one) => !isIn.has(nameOf(one))).map(idOf),
      facets.filter((one) => wasIn.has(nameOf(one))).map(idOf),
      facets.filter((one) => !wasIn.has(nameOf(one))).map(idOf),
    ];
    for (const id of gone) take.run(id, photo.id);
    for (const id of come) put.run(id, photo.id);
    add(gone, { photos: -was.photos, published: -was.published });
    add(come, weight);
    add(kept, {
      photos: weight.photos - was.photos,
      published: weight.published - was.published,
    });
    setCounted.run(isShown, photo.id);
    const words = text.textOf(after);
    if (!before || !as || words !== text.textOf(before)) text.write(photo.id, words);
    return after;
  }

  function weightOf(photo: Photo): Weight | undefined {
    const state = counted.get(photo.id) ?? null;
    if (state === null) return undefined;
    return photo.deletedAt === null ? { photos: 1, published: state === 1 ? 1 : 0 } : NOTHING;
  }

  return {
    /** A photo was made. @returns it as it is now: in albums that are there */
    make: (photo: Photo, now: number): Photo =>
      write(undefined, undefined, photo, now, albums.mayBeNamedBy(photo.tokenId)),
    /** A photo of an earlier version, of which nothing was derived yet. */
    makeEarlier: (photo: Photo, now: number): void =>
      void write(undefined, undefined, photo, now, true),
    /** A photo is about to be changed: answers what is to be called behind the change. `after` is undefined where it is gone. */
    changing: (before: Photo) => {
      const as = weightOf(before);
      return (after: Photo | undefined, now: number): Photo | undefined => {
        if (after) return write(before, as, after, now, as === undefined);
        if (as) {
          const facets = facetsOf(before).map(idOf);
          for (const id of facets) take.run(id, before.id);
          add(facets, { photos: -as.photos, published: -as.published });
          text.remove(before.id);
        }
        return undefined;
      };
    },
    /** The time of a photo that was counted as unpublished has come. */
    publish: (photo: Photo): void => {
      if (photo.deletedAt === null) add(facetsOf(photo).map(idOf), { photos: 0, published: 1 });
      setCounted.run(1, photo.id);
    },
  };
}

/** Tells a facet from all others. */
const nameOf = ({ kind, key }: Facet): string => `${kind} ${key}`;

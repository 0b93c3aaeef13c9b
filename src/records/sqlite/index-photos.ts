import { pause } from "../../slices.ts";
import { createAlbumNames } from "./album-names.ts";
import { immediately, type Db } from "./db.ts";
import { readFact, writeFact } from "./facts.ts";
import type { Finders } from "./find.ts";
import { parse } from "./photo-orders.ts";
import type { PhotoIndex } from "./photo-index.ts";

/** Photos whose facets and words are made in one transaction at most: some milliseconds' work. */
const SLICE = 25;

/** A slice ends when it took so long, in milliseconds: a photo may have thousands of tags. */
const SLICE_MS = 10;

/**
 * While files come in, the thread that receives them is left alone for so long between two slices, in milliseconds: a slice
 * takes some 5, so that receiving loses 3 in 100, and a million photos still come to their end within hours of it.
 */
const REST_MS = 150;

/** Upload tokens that are looked at in one slice, by id. */
const WINDOW = 5000;

const DONE = "albums of earlier tokens are there";

/**
 * Makes the facets and words of photos of earlier versions, and the albums that these and their upload tokens name, beside
 * requests. A slice is one transaction, so that a process which ends in the middle leaves the rest to the next one.
 * @param turn asked for before each slice
 * @param merge merges the words of a slice into those of others
 * @param isReceiving whether files are coming in
 * @returns what answers when all is done, and begins with it when it is asked for the first time
 */
export function photoIndexing(
  db: Db,
  { photos: find }: Finders,
  index: PhotoIndex,
  turn: () => Promise<void>,
  merge: () => Promise<void>,
  isReceiving: () => boolean,
): () => Promise<void> {
  const next = db.$client
    .prepare<[], string>(
      `select json_group_array(id) from
        (select id from photos where counted is null order by id limit ${SLICE})`,
    )
    .pluck();
  const named = db.$client
    .prepare<unknown[], string>(
      `select distinct album_id from upload_tokens where id between ? and ? and album_id <> ''`,
    )
    .pluck();
  let working: Promise<void> | undefined;

  /** False where nothing is left. */
  const some = (now: number): boolean =>
    db.transaction(() => {
      const ids = parse(next.get());
      const until = performance.now() + SLICE_MS;
      for (const id of ids) {
        const photo = find.byId(id);
        if (photo) index.makeEarlier(photo, now);
        if (performance.now() > until) break;
      }
      return ids.length > 0;
    }, immediately);

  async function work(): Promise<void> {
    // The database is closed when the process is told to stop.
    while (db.$client.open && some(Date.now())) {
      await merge();
      if (isReceiving()) await pause(REST_MS);
    }
    if (!db.$client.open || readFact(db, DONE) !== undefined) return;
    const albums = createAlbumNames(db);
    for (let from = 1; from <= albums.lastEarlierToken; from += WINDOW) {
      await turn();
      if (isReceiving()) await pause(REST_MS);
      if (!db.$client.open) return;
      db.transaction(() => {
        for (const albumId of named.all(from, from + WINDOW - 1)) {
          albums.those(albumId, true, Date.now());
        }
      }, immediately);
    }
    writeFact(db, DONE, "1");
  }

  return () => {
    working ??= work().catch((error: unknown) => {
      working = undefined;
      throw error;
    });
    return working;
  };
}

/**
 * Counts photos as published whose time has come since the last time, in slices.
 * @returns what does it, at a moment
 */
export function photoPublishing(
  db: Db,
  { photos: find }: Finders,
  index: PhotoIndex,
  turn: () => Promise<void>,
): (now: number) => Promise<void> {
  const due = db.$client
    .prepare<[number], string>(
      `select json_group_array(id) from (select id from photos
        where counted = 0 and publish_date is not null and publish_date <= ? limit ${SLICE})`,
    )
    .pluck();
  return async (now) => {
    for (;;) {
      if (parse(due.get(now)).length === 0) return;
      await turn();
      db.transaction(() => {
        const until = performance.now() + SLICE_MS;
        for (const id of parse(due.get(now))) {
          const photo = find.byId(id);
          if (photo) index.publish(photo);
          if (performance.now() > until) break;
        }
      }, immediately);
    }
  };
}

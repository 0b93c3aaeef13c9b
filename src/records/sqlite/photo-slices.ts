import type { Db } from "./db.ts";
import { parse } from "./photo-orders.ts";

/** Photos by id that are looked at in one slice. */
const WINDOW = 32_768;

/** Rows of an index that are read in one slice. */
export const SLICE = 10_000;

/** Prepares a statement that answers ids of photos as one JSON array, which is read much faster than rows. */
export function prepareIds(db: Db, statement: string) {
  return db.$client.prepare<unknown[], string>(statement).pluck();
}

/** Prepares the question which of some photos meet a condition of their rows: the first parameter is their ids as JSON. */
export function prepareAmong(db: Db, condition: string) {
  return prepareIds(
    db,
    `select json_group_array(id) from photos
      where id in (select value from json_each(?)) and ${condition}`,
  );
}

/**
 * Goes through all ids of photos in windows.
 * @returns a function that reads each window by `read`, which is given its first and last id
 */
export function idWindows(db: Db) {
  const lastId = db.$client.prepare<[], number | null>("select max(id) from photos").pluck();
  return function* windows(read: (from: number, until: number) => readonly number[]) {
    for (let from = 1; from <= (lastId.get() ?? 0); from += WINDOW) {
      yield read(from, from + WINDOW - 1);
    }
  };
}

/**
 * Goes through an index in slices.
 * @param from the key to begin behind
 * @param read ids as JSON, those behind a key and an id
 * @param keyOf the key of a photo now
 */
export function* following(
  from: number,
  read: (key: number, id: number) => string | undefined,
  keyOf: (id: number) => number | undefined,
) {
  for (let [key, id] = [from, 0]; ;) {
    const ids = parse(read(key, id));
    const last = ids.at(-1);
    if (last === undefined) return;
    // Read before others have a turn, in which the key may be changed.
    [key, id] = [keyOf(last) ?? key, last];
    yield ids;
  }
}

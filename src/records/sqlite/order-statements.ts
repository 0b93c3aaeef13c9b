import type { PhotoOrder } from "../records.ts";
import type { Db } from "./db.ts";

/** What photos are put in order by: an index of each is in schema/photos.ts, in the same words. */
export const ORDER_KEYS: Record<PhotoOrder, string> = {
  created: "created_at",
  published: "case when publish_date is null then created_at else publish_date end",
  taken: "case when taken_at is null then created_at else taken_at end",
  title: "title collate nocase",
};

/** The statements of one order. @param key one of ORDER_KEYS */
export function orderStatements(db: Db, key: string) {
  const ids = (text: string) => db.$client.prepare<unknown[], string>(text).pluck();
  // In two steps: SQLite finds (key, id) > (?, ?) by an index on columns, not by one on an expression.
  const sameKey = ids(
    `select json_group_array(id) from
      (select id from photos where ${key} = ? and id > ? order by id limit ?)`,
  );
  const laterKeys = ids(
    `select json_group_array(id) from
      (select id from photos where ${key} > ? order by ${key}, id limit ?)`,
  );
  const these = ids(
    `select json_group_array(id) from
      (select id from photos where id in (select value from json_each(?)) order by ${key}, id)`,
  );
  const room = db.$client.prepare<[], number | null>("select max(id) from photos").pluck();
  const keyOf = db.$client
    .prepare<[number], string | number>(`select ${key} from photos where id = ?`)
    .pluck();
  const precedes = db.$client
    .prepare<unknown[], number>(`select (${key}, id) < (?, ?) from photos where id = ?`)
    .pluck();
  const isLess = db.$client
    .prepare<unknown[], number>(
      `select (? ${key === ORDER_KEYS.title ? "collate nocase" : ""}, ?) < (?, ?)`,
    )
    .pluck();
  return { sameKey, laterKeys, these, room, keyOf, precedes, isLess };
}

import type { TimeSpan } from "../records.ts";
import type { Db } from "./db.ts";
import { ORDER_KEYS } from "./order-statements.ts";
import { parse } from "./photo-orders.ts";
import { following, prepareAmong, prepareIds, SLICE } from "./photo-slices.ts";
import type { Condition } from "./photo-sets.ts";

/** Photos in the trash. */
export function trashCondition(db: Db): Condition {
  const slice = prepareIds(
    db,
    `select json_group_array(id) from (select id from photos
      where deleted_at is not null and (deleted_at, id) > (?, ?) order by deleted_at, id limit ${SLICE})`,
  );
  const among = prepareAmong(db, "deleted_at is not null");
  const keyOf = db.$client
    .prepare<[number], number>("select deleted_at from photos where id = ?")
    .pluck();
  return {
    name: "trash",
    slices: () =>
      following(
        0,
        (key, id) => slice.get(key, id),
        (id) => keyOf.get(id),
      ),
    among: (ids) => parse(among.get(JSON.stringify(ids))),
  };
}

/** Photos that came, or were taken, within a time: what they are put in order by lies in it. */
export function timeConditions(db: Db, order: "created" | "taken"): (span: TimeSpan) => Condition {
  const key = ORDER_KEYS[order];
  // In two steps: SQLite finds (key, id) > (?, ?) by an index on columns, not by one on an expression.
  const sameKey = prepareIds(
    db,
    `select json_group_array(id) from (select id from photos
      where ${key} = ? and id > ? order by id limit ${SLICE})`,
  );
  const laterKeys = prepareIds(
    db,
    `select json_group_array(id) from (select id from photos
      where ${key} > ? and ${key} < ? order by ${key}, id limit ${SLICE})`,
  );
  const among = prepareAmong(db, `${key} >= ? and ${key} < ?`);
  const keyOf = db.$client
    .prepare<[number], number>(`select ${key} from photos where id = ?`)
    .pluck();
  return ({ from, until }) => ({
    name: `${order} ${from} ${until}`,
    slices: () =>
      following(
        // Half a millisecond before, so that those of the first one are behind it.
        from - 0.5,
        (at, id) => {
          const same = sameKey.get(at, id);
          return parse(same).length > 0 ? same : laterKeys.get(at, until);
        },
        (id) => keyOf.get(id),
      ),
    among: (ids) => parse(among.get(JSON.stringify(ids), from, until)),
  });
}

/** Photos that everybody may see at a moment, in milliseconds since 1970. */
export function publishedConditions(db: Db): (now: number) => Condition {
  const slice = db.$client.prepare<unknown[], { ids: string; shown: string }>(
    `select json_group_array(id) as ids,
        json_group_array(id) filter (where published = 1 or publish_date <= ?) as shown
      from (select id, published, publish_date from photos
        where (created_at, id) > (?, ?) order by created_at, id limit ${SLICE})`,
  );
  const among = prepareAmong(db, "(published = 1 or publish_date <= ?)");
  const between = prepareIds(
    db,
    `select json_group_array(id) from (select id from photos
      where published = 0 and publish_date is not null and publish_date > ? and publish_date <= ? limit ${SLICE})`,
  );
  const keyOf = createdAt(db);
  return (now) => ({
    name: "published",
    slices: function* slices() {
      for (let [key, id] = [0, 0]; ;) {
        const row = slice.get(now, key, id);
        const last = parse(row?.ids).at(-1);
        if (last === undefined) return;
        [key, id] = [keyOf.get(last) ?? key, last];
        yield parse(row?.shown);
      }
    },
    among: (ids) => parse(among.get(JSON.stringify(ids), now)),
    moment: {
      now,
      between: (earlier, later) => {
        const ids = parse(between.get(earlier, later));
        return ids.length < SLICE ? ids : undefined;
      },
    },
  });
}

const createdAt = (db: Db) =>
  db.$client.prepare<[number], number>("select created_at from photos where id = ?").pluck();

/** One photo alone. */
export function onePhotoConditions(db: Db): (id: number) => Condition {
  const among = prepareAmong(db, "1 = 1");
  const ofIds = (ids: readonly number[]) => parse(among.get(JSON.stringify(ids)));
  return (id) => ({
    name: `photo ${id}`,
    slices: () => [ofIds([id])],
    among: (ids) => ofIds(ids.filter((one) => one === id)),
  });
}

/** Photos that came with an upload token. */
export function tokenConditions(db: Db): (id: number) => Condition {
  const all = prepareIds(db, "select json_group_array(id) from photos where token_id = ?");
  const among = prepareAmong(db, "token_id = ?");
  return (id) => ({
    name: `token ${id}`,
    slices: () => [parse(all.get(id))],
    among: (ids) => parse(among.get(JSON.stringify(ids), id)),
  });
}

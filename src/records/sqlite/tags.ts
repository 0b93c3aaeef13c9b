import { isMachineTag, tagKey } from "../../photo/tags.ts";
import type { TagFilter, TagRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { pageOfRows } from "./pages.ts";

type Row = { id: number; key: string; name: string; count: number };

/**
 * @param counted answers when photos of earlier versions, and those whose time has come, are counted
 * @param turn asked for before each slice
 */
export function tagRecords(
  db: Db,
  counted: (now: number | undefined) => Promise<void>,
  turn: () => Promise<void>,
): TagRecords {
  return {
    list: async (filter) => {
      await counted(filter.publishedAt);
      const search = tagKey(filter.search ?? "");
      const { rows, total } = await pageOfRows(
        reader(db, filter),
        ({ key, name }) =>
          key.includes(search) && !(filter.withoutMachineTags && isMachineTag(name)),
        filter,
        turn,
      );
      return { tags: rows.map(({ name: tag, count }) => ({ tag, photos: count })), total };
    },
  };
}

/** Reads tags of which there are photos, in an order that an index has. */
function reader(db: Db, { order, ascending, publishedAt }: TagFilter) {
  const count = publishedAt === undefined ? "photos" : "published";
  const behind = ascending ? ">" : "<";
  const direction = ascending ? "asc" : "desc";
  const select = `select id, key, name, ${count} as count from facets where kind = 'tag' and ${count} > 0`;
  // Tags with the same count are in the order of the alphabet, or backwards as well.
  const [from, by] =
    order === "tag"
      ? [`key ${behind} ?`, `key ${direction}`]
      : [`(${count}, key) ${behind} (?, ?)`, `${count} ${direction}, key ${direction}`];
  const first = db.$client.prepare<unknown[], Row>(`${select} order by ${by} limit ?`);
  const next = db.$client.prepare<unknown[], Row>(`${select} and ${from} order by ${by} limit ?`);
  return (after: Row | undefined, limit: number): Row[] => {
    if (!after) return first.all(limit);
    return order === "tag" ? next.all(after.key, limit) : next.all(after.count, after.key, limit);
  };
}

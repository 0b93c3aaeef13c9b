import { and, asc, desc, inArray, sql } from "drizzle-orm";
import { nextTurn } from "../../slices.ts";
import { publishedFrom } from "../photos.ts";
import type { Photo } from "../records.ts";
import type { Db } from "./db.ts";
import { selectPhotos } from "./find.ts";
import { NOT_IN_TRASH, published } from "./published.ts";
import { photos } from "./schema.ts";

/** Where a photo stands in the list. */
type Key = { createdAt: number; id: number };

type Listed = Key & Pick<Photo, "published" | "publishDate">;

/** Photos that follow each other in the list: from this key, inclusively, to that of the next block. */
type Block = {
  from: Key;
  count: number;
  /** Those that are published whatever the time. */
  published: number;
  /** When the others are, in ascending order; those that never are stand nowhere. */
  dates: number[];
};

/** A part of a page: so many photos of one block, from its newest. */
type Part = { from: Key; below: Key | undefined; skip: number; take: number };

/** Photos of a block: passing over so many in the index takes a tenth of a millisecond. */
const BLOCK = 1000;

/**
 * Counts of photos, so that neither a page far behind nor the total has to be counted by SQLite, which
 * takes time in proportion to the photos. They are kept in memory for blocks of a thousand photos: a
 * million photos are a thousand small objects. The first list reads them from an index, in slices.
 *
 * It relies on photos being made and changed by this process only. Those in the trash stand nowhere.
 */
export interface Places {
  /** A photo has been made, and its transaction has ended. */
  add(photo: Listed): void;
  /** A photo has been changed, or was removed (`after` is undefined), and its transaction has ended. */
  change(before: Photo, after: Photo | undefined): void;
  /** Newest first. `publishedAt`: only those that are published at this moment, in milliseconds. */
  page(of: {
    publishedAt?: number | undefined;
    offset: number;
    limit: number;
  }): Promise<{ photos: Photo[]; total: number }>;
}

export function photoPlaces(db: Db): Places {
  /** The oldest first. */
  let blocks: Block[] = [];
  /** The last photo that was counted. */
  let newest: Key | undefined;
  let counting: Promise<void> | undefined;
  let counted = false;

  const following = db
    .select({
      createdAt: photos.createdAt,
      id: photos.id,
      published: photos.published,
      publishDate: photos.publishDate,
    })
    .from(photos)
    .where(
      and(
        sql`(${photos.createdAt}, ${photos.id}) > (${sql.placeholder("at")}, ${sql.placeholder("id")})`,
        NOT_IN_TRASH,
      ),
    )
    .orderBy(asc(photos.createdAt), asc(photos.id))
    .limit(sql.placeholder("limit"))
    .prepare();

  async function count(): Promise<void> {
    blocks = [];
    newest = undefined;
    for (;;) {
      // First of all: a photo whose transaction has just ended is added before it could be read here.
      await nextTurn();
      const { createdAt: at, id }: Key = newest ?? { createdAt: -1, id: -1 };
      const rows = following.all({ at, id, limit: BLOCK });
      for (const row of rows) put(row);
      if (rows.length < BLOCK) break;
    }
    counted = true;
  }

  function ready(): Promise<void> {
    counting ??= count().catch((error: unknown) => {
      counting = undefined;
      throw error;
    });
    return counting;
  }

  function put(photo: Listed): void {
    const key = { createdAt: photo.createdAt, id: photo.id };
    const isNewest = newest === undefined || compare(key, newest) > 0;
    if (isNewest) newest = key;
    const last = blocks.at(-1);
    if (!last || (isNewest && last.count >= BLOCK)) blocks.push(emptyFrom(key));
    const index = Math.max(0, lastAtMost(blocks, key));
    const block = blocks[index] as Block;
    if (compare(key, block.from) < 0) block.from = key;
    include(block, photo);
    if (block.count > 2 * BLOCK) split(index);
  }

  function takeOut(photo: Listed): void {
    const block = blocks[lastAtMost(blocks, photo)];
    if (block) exclude(block, photo);
  }

  /** Whether the counting has not come to this photo yet: it will see what the photo is then. */
  const isAhead = (photo: Key) =>
    !counting || (!counted && (newest === undefined || compare(photo, newest) > 0));

  /** A clock that went back has put many photos among older ones. */
  function split(index: number): void {
    const { from, count: limit } = blocks[index] as Block;
    const rows = following.all({ at: from.createdAt, id: from.id - 1, limit });
    const halves = [rows.slice(0, BLOCK), rows.slice(BLOCK)].map((half) => {
      const block = emptyFrom(keyOf(half[0] ?? from));
      for (const row of half) include(block, row);
      return block;
    });
    blocks.splice(index, 1, ...halves);
  }

  const newestFirst = [desc(photos.createdAt), desc(photos.id)];
  const part = (shown: boolean) => {
    // Their ids first: of photos that are passed over nothing else is read.
    const ids = db
      .select({ id: photos.id })
      .from(photos)
      .where(
        and(
          sql`(${photos.createdAt}, ${photos.id}) >= (${sql.placeholder("fromAt")}, ${sql.placeholder("fromId")})`,
          sql`(${photos.createdAt}, ${photos.id}) < (${sql.placeholder("belowAt")}, ${sql.placeholder("belowId")})`,
          NOT_IN_TRASH,
          shown ? published(sql.placeholder("now")) : undefined,
        ),
      )
      .orderBy(...newestFirst)
      .limit(sql.placeholder("take"))
      .offset(sql.placeholder("skip"));
    return selectPhotos(db)
      .where(inArray(photos.id, ids))
      .orderBy(...newestFirst)
      .prepare();
  };
  const ofAll = part(false);
  const ofPublished = part(true);

  /** Which blocks a page lies in. Many only where few of their photos are published. */
  function parts(counts: readonly number[], offset: number, limit: number): Part[] {
    const found: Part[] = [];
    let skip = offset;
    let left = limit;
    for (let index = blocks.length - 1; index >= 0 && left > 0; index -= 1) {
      const here = counts[index] ?? 0;
      const take = Math.min(left, here - skip);
      if (take > 0) {
        const { from } = blocks[index] as Block;
        found.push({ from, below: blocks[index + 1]?.from, skip, take });
        left -= take;
      }
      skip = Math.max(0, skip - here);
    }
    return found;
  }

  return {
    add: (photo) => {
      if (!isAhead(photo)) put(photo);
    },
    change: (before, after) => {
      if (isAhead(before)) return;
      if (before.deletedAt === null) takeOut(before);
      if (after?.deletedAt === null) put(after);
    },
    page: async ({ publishedAt, offset, limit }) => {
      await ready();
      const counts = blocks.map((block) =>
        publishedAt === undefined
          ? block.count
          : block.published + atMost(block.dates, publishedAt),
      );
      const total = counts.reduce((sum, here) => sum + here, 0);
      const page: Photo[] = [];
      for (const { from, below, skip, take } of parts(counts, offset, limit)) {
        if (page.length > 0) await nextTurn();
        const bounds = {
          fromAt: from.createdAt,
          fromId: from.id,
          belowAt: below?.createdAt ?? Number.MAX_SAFE_INTEGER,
          belowId: below?.id ?? Number.MAX_SAFE_INTEGER,
          skip,
          take,
        };
        page.push(
          ...(publishedAt === undefined
            ? ofAll.all(bounds)
            : ofPublished.all({ ...bounds, now: publishedAt })),
        );
      }
      return { photos: page, total };
    },
  };
}

function emptyFrom(from: Key): Block {
  return { from, count: 0, published: 0, dates: [] };
}

function include(block: Block, photo: Listed): void {
  block.count += 1;
  const from = publishedFrom(photo);
  if (from === -Infinity) block.published += 1;
  else if (from !== null) block.dates.splice(atMost(block.dates, from), 0, from);
}

function exclude(block: Block, photo: Listed): void {
  block.count -= 1;
  const from = publishedFrom(photo);
  if (from === -Infinity) block.published -= 1;
  else if (from !== null) block.dates.splice(atMost(block.dates, from) - 1, 1);
}

function keyOf({ createdAt, id }: Key): Key {
  return { createdAt, id };
}

function compare(one: Key, other: Key): number {
  return one.createdAt - other.createdAt || one.id - other.id;
}

/** How many of these numbers, in ascending order, are at most this one. */
function atMost(ascending: readonly number[], limit: number): number {
  return partition(ascending.length, (index) => (ascending[index] as number) <= limit);
}

/** The last block that begins at this key or before; -1 where there is none. */
function lastAtMost(blocks: readonly Block[], key: Key): number {
  return partition(blocks.length, (index) => compare((blocks[index] as Block).from, key) <= 0) - 1;
}

/** How many of the first ones hold, where those that hold come first. */
function partition(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

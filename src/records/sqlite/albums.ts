import { and, eq, isNull } from "drizzle-orm";
import { wordMatcher } from "../../photo/words.ts";
import { isPublished } from "../photos.ts";
import type {
  Album,
  AlbumFilter,
  AlbumRecords,
  AlbumWithPhotos,
  PhotoFilter,
  PhotoPage,
} from "../records.ts";
import type { ChangedPhotos } from "./changed-photos.ts";
import { durably, immediately, type Db } from "./db.ts";
import { albumIdsOf, facetIds } from "./facets.ts";
import type { Finders } from "./find.ts";
import { pageOfRows } from "./pages.ts";
import { parse } from "./photo-orders.ts";
import { albums } from "./schema.ts";

/** Photos that are freed of a deleted album in one transaction. */
const SLICE = 100;

type Parts = {
  changes: ChangedPhotos;
  /** Answers when photos of earlier versions, and those whose time has come, are counted. */
  counted: (now: number | undefined) => Promise<void>;
  list: (filter: PhotoFilter) => Promise<PhotoPage>;
  turn: () => Promise<void>;
};

const THERE = isNull(albums.deletedAt);

export function albumRecords(db: Db, finders: Finders, parts: Parts): AlbumRecords {
  const empty = emptier(db, finders, parts);
  const facet = facetIds(db);
  const last = db.$client
    .prepare<[number], string>(
      `select json_group_array(photo_id) from
        (select photo_id from photo_facets where facet_id = ? order by photo_id desc limit 10)`,
    )
    .pluck();
  const counts = db.$client.prepare<[string], { photos: number; published: number }>(
    "select photos, published from facets where kind = 'album' and key = ?",
  );

  const byId = (id: number): Album | undefined =>
    db
      .select(FIELDS)
      .from(albums)
      .where(and(eq(albums.id, id), THERE))
      .get();

  async function withPhotos(
    album: Album,
    publishedAt: number | undefined,
  ): Promise<AlbumWithPhotos> {
    const { photos: all = 0, published = 0 } = counts.get(String(album.id)) ?? {};
    const photos = publishedAt === undefined ? all : published;
    if (photos === 0) return { album, photos, cover: undefined };
    const facetId = facet("album", String(album.id)) ?? 0;
    for (const id of parse(last.get(facetId))) {
      const cover = finders.photos.byId(id);
      if (!cover || cover.deletedAt !== null) continue;
      if (publishedAt === undefined || isPublished(cover, publishedAt))
        return { album, photos, cover };
    }
    // None of the last ones may be shown: the newest of all that may.
    const newest = await parts.list({
      albumId: album.id,
      ...(publishedAt !== undefined && { publishedAt }),
      offset: 0,
      limit: 1,
    });
    return { album, photos, cover: newest.photos[0] };
  }

  return {
    add: async (album) =>
      durably(db, () =>
        db.transaction(() => db.insert(albums).values(album).returning(FIELDS).get(), immediately),
      ),
    byId: async (id) => byId(id),
    update: async (id, set, now) =>
      durably(db, () =>
        db.transaction(
          () =>
            db
              .update(albums)
              .set({ ...set, updatedAt: now })
              .where(and(eq(albums.id, id), THERE))
              .run().changes > 0,
          immediately,
        ),
      ),
    delete: async (id, now) => {
      const deleted = durably(db, () =>
        db.transaction(
          () =>
            db
              .update(albums)
              .set({ deletedAt: now, emptying: true })
              .where(and(eq(albums.id, id), THERE))
              .run().changes > 0,
          immediately,
        ),
      );
      if (deleted) await empty(id);
      return deleted;
    },
    finishDeleting: async () => {
      const left = db.$client
        .prepare<[], number>("select id from albums where emptying = 1")
        .pluck()
        .all();
      for (const id of left) await empty(id);
    },
    missing: async (ids) => ids.filter((id) => !byId(id)),
    list: async (filter, publishedAt) => {
      await parts.counted(publishedAt);
      const ofPhoto =
        filter.photoId === undefined
          ? undefined
          : albumIdsOf(finders.photos.byId(filter.photoId)?.albumId ?? "");
      const only =
        filter.albumId === undefined
          ? ofPhoto
          : [filter.albumId].filter((id) => !ofPhoto || ofPhoto.includes(id));
      const { rows, total } = await pageOfRows(
        reader(db, filter, only),
        matching(filter),
        filter,
        parts.turn,
      );
      const found: AlbumWithPhotos[] = [];
      for (const album of rows) found.push(await withPhotos(album, publishedAt));
      return { albums: found, total };
    },
  };
}

const FIELDS = {
  id: albums.id,
  token: albums.token,
  userId: albums.userId,
  title: albums.title,
  description: albums.description,
  hidden: albums.hidden,
  createdAt: albums.createdAt,
  updatedAt: albums.updatedAt,
};

function matching({ userId, search, hidden }: AlbumFilter): (album: Album) => boolean {
  const isMeant = search === undefined ? () => true : wordMatcher(search);
  return (album) => {
    if (album.hidden && !hidden) return false;
    if (userId !== undefined && album.userId !== userId) return false;
    return isMeant(`${album.title} ${album.description}`);
  };
}

const KEYS = {
  // A clock that goes back puts none among older ones.
  created: "id",
  edited: "case when updated_at is null then created_at else updated_at end",
  title: "title collate nocase",
} as const;

type Row = Album & { key: string | number };

/** Reads albums in an order that an index has. @param only of these ids, if it is given */
function reader(db: Db, { order, ascending }: AlbumFilter, only: readonly number[] | undefined) {
  const key = KEYS[order];
  const behind = ascending ? ">" : "<";
  const direction = ascending ? "asc" : "desc";
  const where = only
    ? "deleted_at is null and id in (select value from json_each(?))"
    : "deleted_at is null and ? is null";
  const by = `order by ${key} ${direction}, id ${direction} limit ?`;
  const select = `select id, token, user_id as userId, title, description, hidden, created_at as createdAt,
    updated_at as updatedAt, ${key} as key from albums where ${where}`;
  type Raw = Omit<Row, "hidden"> & { hidden: 0 | 1 };
  const prepare = (text: string) => db.$client.prepare<unknown[], Raw>(text);
  const first = prepare(`${select} ${by}`);
  // In two steps, as in photo-orders.ts.
  const same = prepare(`${select} and ${key} = ? and id ${behind} ? ${by}`);
  const next = prepare(`${select} and ${key} ${behind} ? ${by}`);
  const ids = only ? JSON.stringify(only) : null;
  const rows = (raw: Raw[]): Row[] => raw.map((row) => ({ ...row, hidden: row.hidden === 1 }));
  return (after: Row | undefined, limit: number): Row[] => {
    if (!after) return rows(first.all(ids, limit));
    const equal = same.all(ids, after.key, after.id, limit);
    return rows([...equal, ...next.all(ids, after.key, limit - equal.length)]);
  };
}

/** Frees photos of a deleted album, in slices. A process that ends in the middle leaves the rest to the next one. */
function emptier(db: Db, { photos: find }: Finders, { changes, turn }: Parts) {
  const facet = facetIds(db);
  const some = db.$client
    .prepare<unknown[], string>(
      `select json_group_array(photo_id) from
        (select photo_id from photo_facets where facet_id = ? order by photo_id limit ${SLICE})`,
    )
    .pluck();
  const setAlbums = db.$client.prepare("update photos set album_id = ? where id = ?");
  const take = db.$client.prepare("delete from photo_facets where facet_id = ? and photo_id = ?");
  const removeFacet = db.$client.prepare("delete from facets where id = ?");
  const done = db.$client.prepare("update albums set emptying = 0 where id = ?");

  return async (albumId: number): Promise<void> => {
    for (;;) {
      if (!db.$client.open) return;
      const freed = db.transaction(() => {
        const facetId = facet("album", String(albumId));
        const ids = facetId === undefined ? [] : parse(some.get(facetId));
        for (const id of ids) {
          const others = albumIdsOf(find.byId(id)?.albumId ?? "").filter((one) => one !== albumId);
          setAlbums.run(others.join(","), id);
          take.run(facetId, id);
        }
        if (ids.length === 0) {
          removeFacet.run(facetId ?? 0);
          done.run(albumId);
        }
        return ids;
      }, immediately);
      for (const id of freed) changes.note(id);
      if (freed.length === 0) return;
      await turn();
    }
  };
}

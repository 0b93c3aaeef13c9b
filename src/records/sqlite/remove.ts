import { and, asc, eq, gt, inArray, lt, sql, type SQL } from "drizzle-orm";
import type { Photo, RemovalRecords } from "../records.ts";
import { immediately, type Db } from "./db.ts";
import { NO_CALLBACK_DUE } from "./delete.ts";
import { originals, photos, removals, uploads, uploadTokens } from "./schema.ts";
import { LIVE } from "./states.ts";

/** Takes photos, and files of their originals, from the records. Call them inside a transaction. */
export function remover(db: Db) {
  const insert = db
    .insert(removals)
    .values({
      treeId: sql.placeholder("treeId"),
      photoId: sql.placeholder("photoId"),
      file: sql.placeholder("file"),
      size: sql.placeholder("size"),
      at: sql.placeholder("now"),
    })
    .prepare();

  /** The file of the photo's original is to be deleted. */
  function fileOf({ id: photoId, treeId, original: { file, size } }: Photo, now: number): void {
    insert.run({ treeId, photoId, file, size, now });
  }

  return {
    fileOf,
    /** All that is on record of the photo, but for callbacks. Files of earlier originals were removed with their replacement. */
    photo: (photo: Photo, now: number): void => {
      fileOf(photo, now);
      const replacing = eq(uploads.replaces, photo.id);
      db.update(uploads)
        .set({
          state: "failed",
          lease: null,
          sealedToken: null,
          lastByteAt: now,
          failureCode: "no_such_photo",
          failureMessage: "The photo that was to be replaced was deleted.",
        })
        .where(and(replacing, LIVE))
        .run();
      db.update(uploads).set({ replaces: null }).where(replacing).run();
      const made = db
        .select({ id: originals.uploadId })
        .from(originals)
        .where(eq(originals.photoId, photo.id));
      db.update(uploads).set({ photoRemovedAt: now }).where(inArray(uploads.id, made)).run();
      db.delete(originals).where(eq(originals.photoId, photo.id)).run();
      db.delete(photos).where(eq(photos.id, photo.id)).run();
    },
  };
}

/** Files that are deleted together: one sync of a folder is enough for them. */
const SLICE = 20;

/** Rows that are changed at once: less than a millisecond's work. */
const FEW = 200;

export function removalRecords(db: Db): RemovalRecords {
  const some = () =>
    db
      .select({
        id: removals.id,
        treeId: removals.treeId,
        photoId: removals.photoId,
        file: removals.file,
        size: removals.size,
        at: removals.at,
      })
      .from(removals);
  return {
    before: async function* (at) {
      // Those that cannot be deleted stay, and are not looked at twice.
      let after = { at: -1, id: -1 };
      for (;;) {
        const rows = some()
          .where(
            and(
              lt(removals.at, at),
              sql`(${removals.at}, ${removals.id}) > (${after.at}, ${after.id})`,
            ),
          )
          .orderBy(asc(removals.at), asc(removals.id))
          .limit(SLICE)
          .all();
        const last = rows.at(-1);
        if (!last) return;
        after = last;
        yield rows.map(({ at: _, ...removal }) => removal);
      }
    },
    ofPhoto: async (photoId) =>
      some()
        .where(eq(removals.photoId, photoId))
        .all()
        .map(({ at: _, ...removal }) => removal),
    among: async (files) => {
      const rows = db
        .select({ file: removals.file })
        .from(removals)
        .where(
          sql`${removals.file} in (select value from json_each(${JSON.stringify([...files])}))`,
        )
        .all();
      return new Set(rows.map(({ file }) => file));
    },
    clampFuture: async function* (now) {
      const few = db
        .select({ id: removals.id })
        .from(removals)
        .where(gt(removals.at, now))
        .limit(FEW);
      for (;;) {
        const { changes } = db
          .update(removals)
          .set({ at: now })
          .where(inArray(removals.id, few))
          .run();
        if (changes === 0) return;
        yield changes;
      }
    },
    done: async (ids) =>
      void db
        .delete(removals)
        .where(inArray(removals.id, [...ids]))
        .run(),
  };
}

/**
 * Deletes what is left on record of removed photos: their uploads, which clients may have asked about until their tokens
 * expired, and tokens that nothing references any more.
 */
export async function* pruneRemoved(db: Db, before: number): AsyncGenerator<number> {
  // Those that have to stay are not looked at twice.
  let after = { at: -1, id: -1 };
  for (;;) {
    const seen = db
      .select({
        id: uploads.id,
        at: sql<number>`${uploads.photoRemovedAt}`,
        tokenId: uploads.tokenId,
        mayGo: sql<number>`${uploadTokens.validUntil} < ${before} and ${NO_CALLBACK_DUE}`,
      })
      .from(uploads)
      .innerJoin(uploadTokens, eq(uploadTokens.id, uploads.tokenId))
      .where(
        and(
          lt(uploads.photoRemovedAt, before),
          sql`(${uploads.photoRemovedAt}, ${uploads.id}) > (${after.at}, ${after.id})`,
        ),
      )
      .orderBy(asc(uploads.photoRemovedAt), asc(uploads.id))
      .limit(FEW)
      .all();
    const last = seen.at(-1);
    if (!last) return;
    after = last;
    const old = seen.filter(({ mayGo }) => mayGo);
    yield db.transaction((tx) => {
      tx.delete(uploads)
        .where(
          isAmong(
            uploads.id,
            old.map(({ id }) => id),
          ),
        )
        .run();
      const uploadOf = sql`select 1 from ${uploads} where ${uploads.tokenId} = ${uploadTokens.id}`;
      const photoOf = sql`select 1 from ${photos} where ${photos.tokenId} = ${uploadTokens.id}`;
      tx.delete(uploadTokens)
        .where(
          and(
            isAmong(
              uploadTokens.id,
              old.map(({ tokenId }) => tokenId),
            ),
            sql`not exists (${uploadOf}) and not exists (${photoOf})`,
          ),
        )
        .run();
      return old.length;
    }, immediately);
  }
}

/** One parameter, however many ids there are. */
function isAmong(column: typeof uploads.id | typeof uploadTokens.id, ids: readonly number[]): SQL {
  return sql`${column} in (select value from json_each(${JSON.stringify(ids)}))`;
}

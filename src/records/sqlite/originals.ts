import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { OriginalRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { lastIdOf } from "./make-photo.ts";
import { originals, photos, removals } from "./schema.ts";

export function originalRecords(db: Db): OriginalRecords {
  const lastId = lastIdOf(db);
  const columns = {
    id: originals.id,
    photoId: originals.photoId,
    treeId: photos.treeId,
    file: originals.file,
    size: originals.size,
    sha256: originals.sha256,
  };
  const ofPhoto = and(eq(photos.id, originals.photoId), eq(photos.originalId, originals.id));
  // Those that were replaced are in the slice, too, and passed over below: however many there are in a row, a slice is short.
  const slice = (unhashed: boolean) =>
    db
      .select({ ...columns, current: photos.id })
      .from(originals)
      .leftJoin(photos, ofPhoto)
      .where(
        and(
          gt(originals.id, sql.placeholder("id")),
          unhashed ? isNull(originals.sha256) : undefined,
        ),
      )
      .orderBy(originals.id)
      .limit(sql.placeholder("limit"))
      .prepare();
  // The server asks for these after each photo. The others are asked by `redeem verify`, and seldom by a server, where a
  // statement that is prepared would take memory for nothing.
  const unhashed = slice(true);
  const all = once(() => slice(false));
  const noteHash = db
    .update(originals)
    .set({ sha256: sql`${sql.placeholder("sha256")}` })
    .where(and(eq(originals.id, sql.placeholder("id")), isNull(originals.sha256)))
    .prepare();
  const byId = once(() =>
    db
      .select(columns)
      .from(originals)
      .innerJoin(photos, ofPhoto)
      .where(eq(originals.id, sql.placeholder("id")))
      .prepare(),
  );
  const ofId = once(() =>
    db
      .select({ treeId: photos.treeId, file: originals.file })
      .from(photos)
      .innerJoin(originals, eq(originals.id, photos.originalId))
      .where(eq(photos.id, sql.placeholder("photoId")))
      .prepare(),
  );
  const waiting = once(() =>
    db
      .select({ treeId: removals.treeId, file: removals.file })
      .from(removals)
      .where(eq(removals.photoId, sql.placeholder("photoId")))
      .prepare(),
  );

  return {
    after: async (id, limit, onlyUnhashed) => {
      const rows = (onlyUnhashed ? unhashed : all()).all({ id, limit });
      const last = rows.at(-1)?.id;
      if (last === undefined) return undefined;
      return {
        last,
        originals: rows.flatMap(({ current, treeId, ...row }) =>
          current === null || treeId === null ? [] : [{ ...row, treeId }],
        ),
      };
    },
    byId: async (id) => byId().get({ id }),
    lastId: async () => lastId("originals"),
    total: async () => {
      const sums = db
        .select({
          count: sql<number>`count(*)`,
          bytes: sql<number>`coalesce(sum(${originals.size}), 0)`,
        })
        .from(originals)
        .innerJoin(photos, ofPhoto)
        .get();
      return sums ?? { count: 0, bytes: 0 };
    },
    noteHash: async (id, sha256) => void noteHash.run({ id, sha256 }),
    filesOf: async (photoId) => [...ofId().all({ photoId }), ...waiting().all({ photoId })],
  };
}

/** Makes something when it is asked for first. */
function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

import { and, asc, count, eq, gt, inArray, isNull, lt, sql, type SQL } from "drizzle-orm";
import type { FileSelector, Photo, TokenChange, UpdateRecords } from "../records.ts";
import { durably, immediately, type Db } from "./db.ts";
import type { Tx } from "./delete.ts";
import type { Finders } from "./find.ts";
import { photoChanging } from "./photo-changes.ts";
import type { PhotoIndex } from "./photo-index.ts";
import { originals, photos, tokenUpdates, uploads, uploadTokens } from "./schema.ts";
import { tokenChanges } from "./token-changes.ts";

/** Photos that are changed in one transaction at most: a few milliseconds' work. */
const SLICE = 50;

/** A slice ends when it took so long, in milliseconds: a photo may have thousands of tags. */
const SLICE_MS = 10;

/** Rows that are looked at in one slice: a millisecond's work. */
const FEW = 200;

/** @param onChange called with each photo that was changed, as it was before, when its transaction has ended */
export function updateRecords(
  db: Db,
  finders: Finders,
  index: PhotoIndex,
  onChange: (before: Photo) => void,
): UpdateRecords {
  return {
    add: async ({ tokenId, files, change }, most) =>
      durably(db, () =>
        db.transaction((tx) => {
          if (files !== "all" && countOf(tx, tokenId) >= most) return "too many" as const;
          supersede(tx, tokenId, files, change);
          if (files === "all") changeToken(tx, tokenId, change);
          const row = { identifier: null, filename: null, ...(files === "all" ? {} : files) };
          return tx
            .insert(tokenUpdates)
            .values({ ...row, tokenId, change, pending: true })
            .returning({ id: tokenUpdates.id })
            .get().id;
        }, immediately),
      ),
    carryOut: carryingOut(db, finders, index, onChange),
    unfinished: async () =>
      db
        .select({ id: tokenUpdates.id })
        .from(tokenUpdates)
        // In the index's own words.
        .where(sql`${tokenUpdates.pending} = 1`)
        .orderBy(asc(tokenUpdates.id))
        .all()
        .map(({ id }) => id),
    pruneExpired: (before) => pruneExpired(db, before),
  };
}

function countOf(tx: Tx, tokenId: number): number {
  const of = eq(tokenUpdates.tokenId, tokenId);
  return tx.select({ rows: count() }).from(tokenUpdates).where(of).get()?.rows ?? 0;
}

/** Takes the parameters of a change from older ones of the same files: none of these has more than one value then. */
function supersede(tx: Tx, tokenId: number, files: FileSelector, change: TokenChange): void {
  const older = tx
    .select({ id: tokenUpdates.id, change: tokenUpdates.change })
    .from(tokenUpdates)
    .where(and(eq(tokenUpdates.tokenId, tokenId), ofFiles(files)))
    .all();
  for (const row of older) {
    const left = Object.entries(row.change).filter(([name]) => !Object.hasOwn(change, name));
    const of = eq(tokenUpdates.id, row.id);
    if (left.length === 0) tx.delete(tokenUpdates).where(of).run();
    else
      tx.update(tokenUpdates)
        .set({ change: Object.fromEntries(left) })
        .where(of)
        .run();
  }
}

function ofFiles(files: FileSelector): SQL | undefined {
  if (files === "all") return and(isNull(tokenUpdates.identifier), isNull(tokenUpdates.filename));
  return "identifier" in files
    ? eq(tokenUpdates.identifier, files.identifier)
    : and(isNull(tokenUpdates.identifier), eq(tokenUpdates.filename, files.filename));
}

/** What is on record of a token says what it gives now. */
function changeToken(tx: Tx, tokenId: number, { published, ...same }: TokenChange): void {
  const set = { ...same, ...(published === undefined ? {} : { publish: published }) };
  if (Object.keys(set).length === 0) return;
  tx.update(uploadTokens).set(set).where(eq(uploadTokens.id, tokenId)).run();
}

function carryingOut(
  db: Db,
  finders: Finders,
  index: PhotoIndex,
  onChange: (before: Photo) => void,
): UpdateRecords["carryOut"] {
  const find = finders.photos;
  const changePhoto = photoChanging(db, finders, index);
  const changes = tokenChanges(db);

  /** Photos of the token that are meant, with the names of the files that they came as. */
  function slice(update: typeof tokenUpdates.$inferSelect) {
    const { tokenId, identifier, filename, appliedThrough } = update;
    return db
      .select({ id: photos.id, identifier: uploads.identifier, filename: uploads.filename })
      .from(photos)
      .innerJoin(originals, and(eq(originals.photoId, photos.id), eq(originals.version, 1)))
      .innerJoin(uploads, eq(uploads.id, originals.uploadId))
      .where(
        and(
          eq(photos.tokenId, tokenId),
          gt(photos.id, appliedThrough),
          identifier === null ? undefined : eq(uploads.identifier, identifier),
          filename === null ? undefined : eq(uploads.filename, filename),
        ),
      )
      .orderBy(asc(photos.id))
      .limit(SLICE)
      .all();
  }

  return async (id, now, decide) => {
    const changed: [Photo, Photo][] = [];
    const more = db.transaction((tx) => {
      changed.length = 0;
      const update = tx.select().from(tokenUpdates).where(eq(tokenUpdates.id, id)).get();
      if (!update?.pending) return false;
      const rows = slice(update);
      const until = performance.now() + SLICE_MS;
      let done = 0;
      for (const { id: photoId, ...names } of rows) {
        if (done > 0 && performance.now() > until) break;
        done += 1;
        const before = find.byId(photoId);
        if (!before) continue;
        const newest = changes.ofNames({ tokenId: update.tokenId, ...names });
        const decided = decide(before, only(newest, update.change));
        if (decided.length === 0) continue;
        const after = changePhoto(before, decided, now);
        if (after) changed.push([before, after]);
      }
      const pending = rows.length === SLICE || done < rows.length;
      const appliedThrough = rows[done - 1]?.id ?? update.appliedThrough;
      tx.update(tokenUpdates).set({ pending, appliedThrough }).where(eq(tokenUpdates.id, id)).run();
      return pending;
    }, immediately);
    for (const [before] of changed) onChange(before);
    return { changed: changed.map(([, after]) => after), more };
  };
}

/**
 * Of what holds for a file, the parameters that one change speaks of: others may have been changed since then, in another
 * way.
 */
function only(newest: TokenChange, named: TokenChange): TokenChange {
  const some = Object.entries(newest).filter(([name]) => Object.hasOwn(named, name));
  return Object.fromEntries(some);
}

async function* pruneExpired(db: Db, before: number): AsyncGenerator<number> {
  // Those of tokens that are valid stay, and are not looked at twice.
  let after = 0;
  for (;;) {
    const seen = db
      .select({
        id: tokenUpdates.id,
        isOld: sql<number>`${lt(uploadTokens.validUntil, before)} and ${tokenUpdates.pending} = 0`,
      })
      .from(tokenUpdates)
      .innerJoin(uploadTokens, eq(uploadTokens.id, tokenUpdates.tokenId))
      .where(gt(tokenUpdates.id, after))
      .orderBy(asc(tokenUpdates.id))
      .limit(FEW)
      .all();
    const last = seen.at(-1);
    if (!last) return;
    after = last.id;
    const old = seen.filter(({ isOld }) => isOld).map(({ id }) => id);
    yield old.length === 0
      ? 0
      : db.delete(tokenUpdates).where(inArray(tokenUpdates.id, old)).run().changes;
  }
}

import { eq } from "drizzle-orm";
import type { Photo, PhotoChange, PhotoDecision, PhotoRecords } from "../records.ts";
import { durably, immediately, type Db } from "./db.ts";
import type { Finders } from "./find.ts";
import type { PhotoIndex } from "./photo-index.ts";
import { remover } from "./remove.ts";
import { photos } from "./schema.ts";
import { teller } from "./tell.ts";

/** Applies what was decided of a photo, change by change. Call it inside a transaction. */
function photoChanges(db: Db, { photos: find }: Finders) {
  const tell = teller(db);
  const remove = remover(db);

  return (photo: Photo, change: PhotoChange, now: number): void => {
    const of = eq(photos.id, photo.id);
    switch (change.kind) {
      case "update":
        db.update(photos)
          .set({ ...change.set, updatedAt: now })
          .where(of)
          .run();
        break;
      case "taken":
        db.update(photos).set({ takenAt: change.at }).where(of).run();
        break;
      case "trash":
        db.update(photos).set({ deletedAt: now }).where(of).run();
        break;
      case "restore":
        db.update(photos).set({ deletedAt: null }).where(of).run();
        break;
      case "remove":
        remove.photo(photo, now);
        break;
      case "pingbacks":
        tell.pingbacks(change.of(find.byId(photo.id) ?? photo), photo.id, now);
        break;
    }
  };
}

/**
 * Changes a photo as was decided, and what is derived of it. Call it inside a transaction.
 * @returns the photo as it is then; undefined where it was removed
 */
export function photoChanging(db: Db, finders: Finders, index: PhotoIndex) {
  const apply = photoChanges(db, finders);
  return (before: Photo, changes: readonly PhotoChange[], now: number): Photo | undefined => {
    if (changes.length === 0) return before;
    const behind = index.changing(before);
    for (const change of changes) apply(before, change, now);
    return behind(finders.photos.byId(before.id), now);
  };
}

/**
 * Changes of photos, in transactions.
 * @param onChange called with a photo that was changed, as it was before, when its transaction has ended
 */
export function photoTransactions(
  db: Db,
  finders: Finders,
  index: PhotoIndex,
  onChange: (before: Photo) => void,
): Pick<PhotoRecords, "transact" | "transactEach"> {
  const change = photoChanging(db, finders, index);

  function changeOne<Value>(
    id: number,
    now: number,
    decide: (photo: Photo | undefined) => PhotoDecision<Value>,
  ) {
    const before = finders.photos.byId(id);
    const { changes, value } = decide(before);
    if (!before && changes.length > 0) throw new Error(`Photo ${id} is not there`);
    return { value, before, after: before && change(before, changes, now) };
  }

  const transactEach: PhotoRecords["transactEach"] = async (ids, now, decide) => {
    const changed = durably(db, () =>
      db.transaction(() => ids.map((id) => changeOne(id, now, decide)), immediately),
    );
    return changed.map(({ value, before, after }) => {
      if (before && before !== after) onChange(before);
      return { value, photo: after };
    });
  };

  return {
    transactEach,
    transact: async (id, now, decide) => {
      const [changed] = await transactEach([id], now, decide);
      if (!changed) throw new Error("A transaction has answered nothing");
      return changed;
    },
  };
}

import { eq } from "drizzle-orm";
import type { Photo, PhotoChange, PhotoDecision, PhotoRecords } from "../records.ts";
import { durably, immediately, type Db } from "./db.ts";
import type { Finders } from "./find.ts";
import { remover } from "./remove.ts";
import { photos } from "./schema.ts";
import { teller } from "./tell.ts";

/** Applies what was decided of a photo, change by change. Call it inside a transaction. */
export function photoChanges(db: Db, { photos: find }: Finders) {
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

/** Called when a transaction has ended, with a photo before and after it; `after` is undefined where it was removed. */
export type OnPhotoChange = (before: Photo, after: Photo | undefined) => void;

/** Changes of photos, each in one transaction. */
export function photoTransactions(
  db: Db,
  finders: Finders,
  onChange: OnPhotoChange,
): PhotoRecords["transact"] {
  const find = finders.photos;
  const apply = photoChanges(db, finders);

  function transact<Value>(
    id: number,
    now: number,
    decide: (photo: Photo | undefined) => PhotoDecision<Value>,
  ) {
    const before = find.byId(id);
    const { changes, value } = decide(before);
    if (changes.length === 0) return { value, before, after: before };
    if (!before) throw new Error(`Photo ${id} is not there`);
    for (const change of changes) apply(before, change, now);
    return { value, before, after: find.byId(id) };
  }

  return async (id, now, decide) => {
    const { value, before, after } = durably(db, () =>
      db.transaction(() => transact(id, now, decide), immediately),
    );
    if (before && before !== after) onChange(before, after);
    return { value, photo: after };
  };
}

import type { Photo } from "../records.ts";
import type { Db } from "./db.ts";

/** Photos that are kept, a kilobyte each; all are forgotten when there are more. */
const MOST = 3000;

/**
 * Keeps photos that were looked up since the database changed last, by whomever: what is served is asked for again and again, and to
 * read a photo's thirty columns takes longer than to send it. Whether anything changed is asked of the database itself each time: of
 * this connection `total_changes`, of all others, in other processes too, `data_version`.
 * @param find looks a photo up
 */
export function recentPhotos(
  db: Db,
  find: (id: number) => Photo | undefined,
): (id: number) => Photo | undefined {
  const ofOthers = db.$client.prepare<[], number>("pragma data_version").pluck();
  const own = db.$client.prepare<[], number>("select total_changes()").pluck();
  const kept = new Map<number, Photo>();
  let others: number | undefined;
  let changes: number | undefined;
  return (id) => {
    // Before the photo is read: a change in between is seen by the next look-up.
    const [othersNow, changesNow] = [ofOthers.get(), own.get()];
    if (othersNow !== others || changesNow !== changes || kept.size >= MOST) kept.clear();
    [others, changes] = [othersNow, changesNow];
    const known = kept.get(id);
    if (known) return known;
    const photo = find(id);
    if (photo) {
      Object.freeze(photo.original);
      kept.set(id, Object.freeze(photo));
    }
    return photo;
  };
}

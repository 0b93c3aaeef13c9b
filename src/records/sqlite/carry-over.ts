import { sql } from "drizzle-orm";
import { nextTurn } from "../../slices.ts";
import { immediately, type Db } from "./db.ts";
import { originals, photos } from "./schema.ts";

/** Photos that are carried over in one transaction: a few milliseconds' work. */
const SLICE = 500;

/** Photos between two reports. */
const REPORTED = 50_000;

/**
 * Photos of earlier versions have their bytes in their own row: this gives each of them its first original, which
 * a generated migration cannot do. A slice is one transaction, so that a process which ends in the middle leaves the
 * rest to the next one.
 * @param report is told now and then how many it has carried over
 */
export async function carryOver(db: Db, report: (photos: number) => void): Promise<void> {
  for (let carried = SLICE; carrySome(db) === SLICE; carried += SLICE) {
    if (carried % REPORTED === 0) report(carried);
    await nextTurn();
  }
}

function carrySome(db: Db): number {
  return db.transaction((tx) => {
    const ids = tx
      .select({ id: photos.id })
      .from(photos)
      // In the index's own words.
      .where(sql`${photos.originalId} is null`)
      .orderBy(photos.id)
      .limit(SLICE)
      .all()
      .map(({ id }) => id);
    if (ids.length === 0) return 0;
    const slice = sql`select value from json_each(${JSON.stringify(ids)})`;
    // Versions before file names named an upload's file by its id.
    tx.run(sql`insert into ${originals}
          (photo_id, version, upload_id, file, filename, type, size, created_at)
        select id, 1, upload_id, coalesce(file, cast(upload_id as text)), filename, type, size, created_at
          from ${photos} where ${photos.id} in (${slice}) order by ${photos.id}`);
    tx.run(sql`update ${photos} set
          original_id = (select ${originals.id} from ${originals} where ${originals.photoId} = ${photos.id}),
          upload_id = null, file = null, filename = null, type = null, size = null
        where ${photos.id} in (${slice})`);
    return ids.length;
  }, immediately);
}

import { sql } from "drizzle-orm";
import { nextTurn } from "../../slices.ts";
import { durably, immediately, type Db } from "./db.ts";
import { readFact, writeFact } from "./facts.ts";
import { chunks, uploads } from "./schema.ts";
import { LIVE } from "./states.ts";

const BOOT = "boot";

/** Chunks that are deleted at once: a few milliseconds' work. */
const MANY = 1000;

/**
 * Deletes the chunks that another boot of the machine may not have put on the disk. Where the process ends in the
 * middle, the next one finds the rest: the boot is noted when nothing is left.
 */
export async function enterBoot(db: Db, bootId: string): Promise<number> {
  if (readFact(db, BOOT) === bootId) return 0;
  let deleted = 0;
  for (;;) {
    const some = deleteSome(db);
    deleted += some;
    if (some < MANY) break;
    await nextTurn();
  }
  durably(db, () => db.transaction(() => writeFact(db, BOOT, bootId)));
  return deleted;
}

function deleteSome(db: Db): number {
  // In the index's own words: a parameter in its place would keep it from being used.
  const some = sql`select rowid from ${chunks} where ${chunks.synced} = 0 limit ${MANY}`;
  return db.transaction((tx) => {
    const deleted = tx
      .delete(chunks)
      .where(sql`rowid in (${some})`)
      .returning({ uploadId: chunks.uploadId, length: chunks.length })
      .all();
    const lost = new Map<number, number>();
    for (const { uploadId, length } of deleted) {
      lost.set(uploadId, (lost.get(uploadId) ?? 0) + length);
    }
    const bytes = sql`select value ->> 0 as id, value ->> 1 as bytes from json_each(${JSON.stringify([...lost])})`;
    tx.run(sql`update ${uploads} set received = received - lost.bytes from (${bytes}) as lost
        where ${uploads.id} = lost.id and ${LIVE}`);
    return deleted.length;
  }, immediately);
}

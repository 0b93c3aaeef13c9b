import { and, eq, inArray, sql } from "drizzle-orm";
import { durably, type Db } from "./db.ts";
import { readFact, writeFact } from "./facts.ts";
import { chunks, uploads } from "./schema.ts";

const BOOT = "boot";

/** Forgets what another boot of the machine, or another mount of the disk, may not have put on the disk. */
export function enterBoot(db: Db, bootId: string): number {
  return durably(db, () =>
    db.transaction(
      (tx) => {
        if (readFact(db, BOOT) === bootId) return 0;
        const doubtful = tx
          .select({ id: chunks.uploadId })
          .from(chunks)
          .where(eq(chunks.synced, false));
        tx.update(uploads)
          .set({
            received: sql`(select coalesce(sum(${chunks.length}), 0) from ${chunks}
              where ${chunks.uploadId} = ${uploads.id} and ${chunks.synced})`,
          })
          .where(and(inArray(uploads.id, doubtful), eq(uploads.state, "receiving")))
          .run();
        const forgotten = tx.delete(chunks).where(eq(chunks.synced, false)).run().changes;
        writeFact(db, BOOT, bootId);
        return forgotten;
      },
      { behavior: "immediate" },
    ),
  );
}

import { and, eq, inArray, sql } from "drizzle-orm";
import { durably, type Db } from "./db.ts";
import { readFact, writeFact } from "./facts.ts";
import { chunks, uploads } from "./schema.ts";

const BOOT = "boot";

/** Forgets what another boot of the machine may not have put on the disk. */
export function enterBoot(db: Db, bootId: string): number {
  return durably(db, () =>
    db.transaction(
      (tx) => {
        if (readFact(db, BOOT) === bootId) return 0;
        const doubtful = tx
          .selectDistinct({ id: chunks.uploadId })
          .from(chunks)
          .where(eq(chunks.synced, false))
          .all()
          .map((row) => row.id);
        const forgotten = tx.delete(chunks).where(eq(chunks.synced, false)).run().changes;
        tx.update(uploads)
          .set({
            received: sql`(select coalesce(sum(${chunks.length}), 0) from ${chunks} where ${chunks.uploadId} = ${uploads.id})`,
          })
          .where(and(inArray(uploads.id, doubtful), eq(uploads.state, "receiving")))
          .run();
        writeFact(db, BOOT, bootId);
        return forgotten;
      },
      { behavior: "immediate" },
    ),
  );
}

import { eq, sql, type SQL } from "drizzle-orm";
import type { Db } from "./db.ts";
import { chunks, uploads } from "./schema.ts";

type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

/** Chunks that go with their upload, or failure, at once: less than a millisecond's work. */
const FEW = 200;

/**
 * Forgets the one upload that this finds. Where it has very many chunks, to delete them at once would
 * hold up everybody else: then it is failed, without the identity that a client could find it by, and
 * goes when its chunks have been dropped (`dropFinishedChunks`). Call it inside a transaction.
 * @returns false where none was found
 */
export function forgetWhere(tx: Tx, where: SQL | undefined): boolean {
  const found = tx.select({ id: uploads.id }).from(uploads).where(where).get();
  if (!found) return false;
  const of = eq(uploads.id, found.id);
  if (hasFewChunks(tx, found.id)) tx.delete(uploads).where(of).run();
  else {
    tx.update(uploads)
      .set({ state: "failed", identifier: null, sealedToken: null, received: HAS_CHUNKS })
      .where(of)
      .run();
  }
  return true;
}

/** Forgets the chunks of an upload that is not receiving any more, now or soon. */
export function dropChunks(tx: Tx, uploadId: number): void {
  const few = hasFewChunks(tx, uploadId);
  if (few) tx.delete(chunks).where(eq(chunks.uploadId, uploadId)).run();
  tx.update(uploads)
    .set({ received: few ? 0 : HAS_CHUNKS })
    .where(eq(uploads.id, uploadId))
    .run();
}

/** Received bytes of an upload that is over say that it has chunks that are still to be dropped. */
const HAS_CHUNKS = 1;

function hasFewChunks(tx: Tx, uploadId: number): boolean {
  const some = tx
    .select({ start: chunks.start })
    .from(chunks)
    .where(eq(chunks.uploadId, uploadId))
    .limit(FEW + 1)
    .as("some");
  const counted = tx
    .select({ count: sql<number>`count(*)` })
    .from(some)
    .get();
  return (counted?.count ?? 0) <= FEW;
}

import { eq, sql, type SQL } from "drizzle-orm";
import type { Db } from "./db.ts";
import { chunks, deliveries, uploads } from "./schema.ts";

export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

/** No callback of the upload is still to be made: a callback's row goes with its upload's, which stays until then. */
export const NO_CALLBACK_DUE = sql`not exists (select 1 from ${deliveries} where ${deliveries.uploadId} = ${uploads.id}
  and ${deliveries.state} = 'pending')`;

/** Chunks that are deleted with their upload, or failure, at once: less than a millisecond's work. */
const FEW = 200;

/**
 * Deletes the one upload that this finds. Where it has very many chunks, to delete them at once would
 * hold up everybody else: then it is failed, without the identity that a client could find it by, and
 * goes when its chunks have been pruned (`pruneEnded`). Call it inside a transaction.
 * @returns false where none was found
 */
export function deleteUploadRow(tx: Tx, where: SQL | undefined): boolean {
  const found = tx.select({ id: uploads.id }).from(uploads).where(where).get();
  if (!found) return false;
  const of = eq(uploads.id, found.id);
  if (hasFewChunks(tx, found.id)) tx.delete(uploads).where(of).run();
  else {
    tx.update(uploads)
      .set({
        state: "failed",
        identifier: null,
        lease: null,
        sealedToken: null,
        keptUntil: null,
        received: HAS_CHUNKS,
      })
      .where(of)
      .run();
  }
  return true;
}

/**
 * Deletes the chunks of an upload that has failed, where they are few; others are pruned later. Call it inside a
 * transaction.
 * @returns what its row has to say then as the bytes that it has received
 */
export function deleteChunks(tx: Tx, uploadId: number): number {
  if (!hasFewChunks(tx, uploadId)) return HAS_CHUNKS;
  tx.delete(chunks).where(eq(chunks.uploadId, uploadId)).run();
  return 0;
}

/** Received bytes of an upload that is over say that it has chunks that are still to be pruned. */
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

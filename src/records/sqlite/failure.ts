import { and, eq, ne } from "drizzle-orm";
import { newFileName } from "../../files/names.ts";
import type { NewDelivery, UploadRecords } from "../records.ts";
import { durably, type Db } from "./db.ts";
import { dropChunks } from "./forget.ts";
import { deliveries, uploads } from "./schema.ts";

/** The ways in which an upload ends without a photo. */
export function refusals(db: Db): Pick<UploadRecords, "fail" | "refuseChunk"> {
  const immediately = { behavior: "immediate" } as const;

  function tellOnce(uploadId: number, delivery: NewDelivery | null, now: number): void {
    if (!delivery) return;
    const told = db
      .select({ id: deliveries.id })
      .from(deliveries)
      .where(and(eq(deliveries.uploadId, uploadId), eq(deliveries.outcome, "failure")))
      .get();
    if (told) return;
    db.insert(deliveries)
      .values(pending(delivery, uploadId, "failure", now))
      .run();
  }

  return {
    fail: async ({ uploadId, failure, delivery, now }) =>
      durably(db, () =>
        db.transaction((tx) => {
          const changed = tx
            .update(uploads)
            .set({
              state: "failed",
              failureCode: failure.code,
              failureMessage: failure.message,
              sealedToken: null,
              lastByteAt: now,
            })
            .where(and(eq(uploads.id, uploadId), eq(uploads.state, "receiving")))
            .run().changes;
          if (changed === 0) return false;
          dropChunks(tx, uploadId);
          tellOnce(uploadId, delivery, now);
          return true;
        }, immediately),
      ),

    refuseChunk: async ({ tokenId, identity, failure, delivery, now }) =>
      durably(db, () =>
        db.transaction((tx) => {
          const row = tx
            .insert(uploads)
            .values({
              ...identity,
              file: newFileName(),
              tokenId,
              state: "failed",
              failureCode: failure.code,
              failureMessage: failure.message,
              createdAt: now,
              lastByteAt: now,
              extra: {},
              told: {},
            })
            .onConflictDoNothing()
            .returning({ id: uploads.id })
            .get();
          const id = row?.id ?? idOfUnfinished();
          if (id !== undefined) tellOnce(id, delivery, now);

          function idOfUnfinished(): number | undefined {
            return tx
              .select({ id: uploads.id })
              .from(uploads)
              .where(
                and(
                  eq(uploads.tokenId, tokenId),
                  eq(uploads.identifier, identity.identifier),
                  eq(uploads.totalSize, identity.totalSize),
                  eq(uploads.chunkSize, identity.chunkSize),
                  eq(uploads.filename, identity.filename),
                  ne(uploads.state, "finished"),
                ),
              )
              .get()?.id;
          }
        }, immediately),
      ),
  };
}

/** How soon the first attempt is made: the commit comes first, and the receiver may still be busy. */
const FIRST_ATTEMPT_MS = 0;

/** A callback that is still to be delivered, as a row. */
export function pending(
  delivery: NewDelivery,
  uploadId: number,
  outcome: "success" | "failure",
  now: number,
): typeof deliveries.$inferInsert {
  return {
    ...delivery,
    uploadId,
    outcome,
    state: "pending",
    createdAt: now,
    nextAt: now + FIRST_ATTEMPT_MS,
  };
}

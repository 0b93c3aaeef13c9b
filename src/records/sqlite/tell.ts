import { and, eq, sql } from "drizzle-orm";
import type { DeliveryEvent, NewDelivery, NewPingback } from "../records.ts";
import type { Db } from "./db.ts";
import { deliveries } from "./schema.ts";

/** How soon the first attempt is made: the commit comes first, and the receiver may still be busy. */
const FIRST_ATTEMPT_MS = 0;

/** Records callbacks and pingbacks that are to be delivered. Call them inside a transaction. */
export function teller(db: Db) {
  const insert = db
    .insert(deliveries)
    .values({
      id: sql.placeholder("id"),
      uploadId: sql.placeholder("uploadId"),
      photoId: sql.placeholder("photoId"),
      event: sql.placeholder("event"),
      method: sql.placeholder("method"),
      host: sql.placeholder("host"),
      url: sql.placeholder("url"),
      body: sql.placeholder("body"),
      state: "pending",
      createdAt: sql.placeholder("now"),
      nextAt: sql.placeholder("nextAt"),
    })
    .prepare();
  const ofFailure = db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(
      and(eq(deliveries.uploadId, sql.placeholder("uploadId")), eq(deliveries.event, "failure")),
    )
    .prepare();

  function tell(
    about: { uploadId: number | null; photoId: number | null; event: DeliveryEvent },
    delivery: NewDelivery,
    now: number,
  ): void {
    insert.run({ ...delivery, ...about, now, nextAt: now + FIRST_ATTEMPT_MS });
  }

  return {
    success: (delivery: NewDelivery, uploadId: number, now: number): void =>
      tell({ uploadId, photoId: null, event: "success" }, delivery, now),
    /** Nothing where a failure of the upload was told before. */
    failure: (delivery: NewDelivery, uploadId: number, now: number): void => {
      if (ofFailure.get({ uploadId })) return;
      tell({ uploadId, photoId: null, event: "failure" }, delivery, now);
    },
    pingbacks: (pingbacks: readonly NewPingback[], photoId: number, now: number): void => {
      for (const { event, delivery } of pingbacks) {
        tell({ uploadId: null, photoId, event }, delivery, now);
      }
    },
  };
}

import { and, asc, eq, gt, lt, lte, notInArray, sql } from "drizzle-orm";
import type { DeliveryRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { deliveries } from "./schema.ts";

/** In the index's own words: a parameter in its place would keep it from being used. */
const PENDING = sql`${deliveries.state} = 'pending'`;

export function deliveryRecords(db: Db): DeliveryRecords {
  return {
    due: async (now, limit, exceptHosts) =>
      db
        .select({
          id: deliveries.id,
          method: deliveries.method,
          host: deliveries.host,
          url: deliveries.url,
          body: deliveries.body,
          createdAt: deliveries.createdAt,
          attempts: deliveries.attempts,
        })
        .from(deliveries)
        .where(
          and(
            PENDING,
            lte(deliveries.nextAt, now),
            exceptHosts.length > 0 ? notInArray(deliveries.host, [...exceptHosts]) : undefined,
          ),
        )
        .orderBy(asc(deliveries.nextAt))
        .limit(limit)
        .all(),
    dropClosed: async (before) =>
      db
        .delete(deliveries)
        .where(and(sql`${deliveries.state} <> 'pending'`, lt(deliveries.closedAt, before)))
        .run().changes,
    nextAt: async (after) =>
      db
        .select({ at: deliveries.nextAt })
        .from(deliveries)
        .where(and(PENDING, gt(deliveries.nextAt, after)))
        .orderBy(asc(deliveries.nextAt))
        .limit(1)
        .get()?.at,
    retryAt: async (id, at, error) =>
      void db
        .update(deliveries)
        .set({ nextAt: at, attempts: sql`${deliveries.attempts} + 1`, lastError: error })
        .where(eq(deliveries.id, id))
        .run(),
    close: async (id, state, error, now) =>
      void db
        .update(deliveries)
        .set({
          state,
          url: "",
          body: "",
          attempts: sql`${deliveries.attempts} + 1`,
          lastError: error,
          closedAt: now,
        })
        .where(eq(deliveries.id, id))
        .run(),
  };
}

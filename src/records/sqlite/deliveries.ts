import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { DeliveryRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { deliveries } from "./schema.ts";

export function deliveryRecords(db: Db): DeliveryRecords {
  return {
    due: async (now, limit) =>
      db
        .select({
          id: deliveries.id,
          method: deliveries.method,
          url: deliveries.url,
          body: deliveries.body,
          createdAt: deliveries.createdAt,
          attempts: deliveries.attempts,
        })
        .from(deliveries)
        .where(and(eq(deliveries.state, "pending"), lte(deliveries.nextAt, now)))
        .orderBy(asc(deliveries.nextAt))
        .limit(limit)
        .all(),
    nextAt: async () =>
      db
        .select({ at: deliveries.nextAt })
        .from(deliveries)
        .where(eq(deliveries.state, "pending"))
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

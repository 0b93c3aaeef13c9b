import { and, asc, eq, gt, lt, lte, notInArray, sql, type SQL } from "drizzle-orm";
import type { DeliveryRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { deliveries } from "./schema.ts";

/** In the index's own words: a parameter in its place would keep it from being used. */
const PENDING = sql`${deliveries.state} = 'pending'`;

export function deliveryRecords(db: Db): DeliveryRecords {
  function pendingAt(time: SQL, limit: number, exceptHosts: readonly string[]) {
    return db
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
          time,
          exceptHosts.length > 0 ? notInArray(deliveries.host, [...exceptHosts]) : undefined,
        ),
      )
      .orderBy(asc(deliveries.nextAt))
      .limit(limit)
      .all();
  }

  return {
    due: async (now, limit, exceptHosts, latest = Number.MAX_SAFE_INTEGER) => {
      const due = pendingAt(lte(deliveries.nextAt, now), limit, exceptHosts);
      if (due.length === limit) return due;
      const ahead = gt(deliveries.nextAt, latest);
      return [...due, ...pendingAt(ahead, limit - due.length, exceptHosts)];
    },
    dropClosed: async (before) =>
      db
        .delete(deliveries)
        .where(and(sql`${deliveries.state} <> 'pending'`, lt(deliveries.closedAt, before)))
        .run().changes,
    nextAt: async (after, latest = Number.MAX_SAFE_INTEGER) =>
      db
        .select({ at: deliveries.nextAt })
        .from(deliveries)
        .where(and(PENDING, gt(deliveries.nextAt, after), lte(deliveries.nextAt, latest)))
        .orderBy(asc(deliveries.nextAt))
        .limit(1)
        .get()?.at,
    retryAt: async (id, at, error) =>
      void db
        .update(deliveries)
        .set({
          nextAt: at,
          createdAt: sql`min(${deliveries.createdAt}, ${at})`,
          attempts: sql`${deliveries.attempts} + 1`,
          lastError: error,
        })
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

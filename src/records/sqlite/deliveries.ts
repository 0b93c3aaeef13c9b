import { and, asc, eq, gt, inArray, lt, lte, sql, type SQL } from "drizzle-orm";
import { nextTurn } from "../../slices.ts";
import type { Delivery, DeliveryRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { deliveryListing, selectDelivery } from "./delivery-list.ts";
import { deliveries } from "./schema.ts";

/** In the index's own words: a parameter in its place would keep it from being used. */
const PENDING = sql`${deliveries.state} = 'pending'`;

export function deliveryRecords(db: Db, turn: () => Promise<void>): DeliveryRecords {
  const statements = prepareDue(db);
  return {
    due: async (now, limit, exceptHosts, latest = Number.MAX_SAFE_INTEGER) => {
      const except = JSON.stringify(exceptHosts);
      const found = statements.ahead.all({ latest, limit, except });
      if (exceptHosts.length === 0) found.push(...statements.due.all({ now, limit }));
      else {
        // One that is among the longest waiting has a host whose longest waiting is among those.
        for (const host of (await waitingHosts(statements, now, exceptHosts)).slice(0, limit)) {
          found.push(...statements.dueTo.all({ host, now, limit }));
        }
      }
      return found
        .sort((one, other) => one.nextAt - other.nextAt)
        .slice(0, limit)
        .map(withoutTime);
    },
    clampClosed: (now) => clampClosed(db, now),
    pruneClosed: (before) => pruneClosed(db, before),
    nextAt: async (after, latest = Number.MAX_SAFE_INTEGER) =>
      statements.next.get({ after, latest })?.at,
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
    close: async (id, state, error, now, sealed) =>
      void db
        .update(deliveries)
        .set({
          state,
          url: "",
          body: "",
          sealed: sealed ?? null,
          attempts: sql`${deliveries.attempts} + 1`,
          lastError: error,
          closedAt: now,
        })
        .where(eq(deliveries.id, id))
        .run(),
    ...deliveryListing(db, turn),
  };
}

/** What is asked whenever a photo is made: one statement for each time would be memory until it is collected. */
function prepareDue(db: Db) {
  const latest = sql.placeholder("latest");
  const now = sql.placeholder("now");
  const host = sql.placeholder("host");
  const others = sql`${deliveries.host} not in (select value from json_each(${sql.placeholder("except")}))`;
  const select = (where: SQL | undefined) =>
    selectDelivery(db)
      .where(and(PENDING, where))
      .orderBy(asc(deliveries.nextAt))
      .limit(sql.placeholder("limit"))
      .prepare();
  return {
    /** Those that rest for longer than any delay: a clock that was ahead has said so. */
    ahead: select(and(gt(deliveries.nextAt, latest), others)),
    /** Those whose time has come, the longest waiting first. */
    due: select(lte(deliveries.nextAt, now)),
    /** The same, of one host. */
    dueTo: select(and(lte(deliveries.nextAt, now), eq(deliveries.host, host))),
    next: db
      .select({ at: deliveries.nextAt })
      .from(deliveries)
      .where(
        and(
          PENDING,
          gt(deliveries.nextAt, sql.placeholder("after")),
          lte(deliveries.nextAt, latest),
        ),
      )
      .orderBy(asc(deliveries.nextAt))
      .limit(1)
      .prepare(),
    nextHost: db
      .select({ host: deliveries.host, nextAt: deliveries.nextAt })
      .from(deliveries)
      .where(and(PENDING, gt(deliveries.host, sql.placeholder("last"))))
      .orderBy(asc(deliveries.host), asc(deliveries.nextAt))
      .limit(1)
      .prepare(),
  };
}

type DueStatements = ReturnType<typeof prepareDue>;
type Due = ReturnType<DueStatements["due"]["all"]>[number];

function withoutTime({ nextAt, ...delivery }: Due): Delivery {
  return delivery;
}

/** Hosts that are looked at before others have a turn: a few milliseconds' work. */
const HOSTS = 100;

/**
 * Hosts to which something is due, but for these, the one that waits longest first. It goes from host
 * to host: what waits for those that are left out, which may be very much, is not looked through.
 */
async function waitingHosts(
  { nextHost }: DueStatements,
  now: number,
  except: readonly string[],
): Promise<string[]> {
  const left = new Set(except);
  const waiting: { host: string; nextAt: number }[] = [];
  let last = "";
  for (let count = 1; ; count += 1) {
    const next = nextHost.get({ last });
    if (!next) break;
    last = next.host;
    if (!left.has(last) && next.nextAt <= now) waiting.push(next);
    if (count % HOSTS === 0) await nextTurn();
  }
  return waiting.sort((one, other) => one.nextAt - other.nextAt).map(({ host }) => host);
}

/** Rows that are deleted at once: about a millisecond's work. */
const FEW = 100;

async function* pruneClosed(db: Db, before: number): AsyncGenerator<number> {
  for (;;) {
    const few = db
      .select({ id: deliveries.id })
      .from(deliveries)
      .where(and(sql`${deliveries.state} <> 'pending'`, lt(deliveries.closedAt, before)))
      .orderBy(asc(deliveries.closedAt))
      .limit(FEW);
    const pruned = db.delete(deliveries).where(inArray(deliveries.id, few)).run().changes;
    if (pruned === 0) return;
    yield pruned;
  }
}

async function* clampClosed(db: Db, now: number): AsyncGenerator<number> {
  for (;;) {
    const few = db
      .select({ id: deliveries.id })
      .from(deliveries)
      .where(and(sql`${deliveries.state} <> 'pending'`, gt(deliveries.closedAt, now)))
      .limit(FEW);
    const clamped = db
      .update(deliveries)
      .set({ closedAt: now })
      .where(inArray(deliveries.id, few))
      .run().changes;
    if (clamped === 0) return;
    yield clamped;
  }
}

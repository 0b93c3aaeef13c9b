import { and, desc, eq, inArray, or, sql, type SQL } from "drizzle-orm";
import type { DeliveryEntry, DeliveryRecords, DeliveryState } from "../records.ts";
import type { Db } from "./db.ts";
import { deliveries, originals } from "./schema.ts";

type DeliveryPlace = Pick<DeliveryEntry, "id" | "createdAt">;

/** Behind it are all: with a place to begin at, SQLite searches an index, and does not walk through it. */
const FIRST = { createdAt: Number.MAX_SAFE_INTEGER, id: "" };

/** Those of a state, in the words of the indexes. Most are delivered: they need no index of their own. */
const IN_STATE: Readonly<Record<DeliveryState, SQL>> = {
  pending: sql`${deliveries.state} = 'pending'`,
  delivered: sql`${deliveries.state} = 'delivered'`,
  "given-up": sql`${deliveries.state} = 'given-up'`,
};

const COLUMNS = {
  id: deliveries.id,
  event: deliveries.event,
  uploadId: deliveries.uploadId,
  // A callback of success is known by its upload.
  photoId: sql<number | null>`coalesce(${deliveries.photoId}, ${originals.photoId})`,
  method: deliveries.method,
  host: deliveries.host,
  url: deliveries.url,
  body: deliveries.body,
  createdAt: deliveries.createdAt,
  attempts: deliveries.attempts,
  nextAt: deliveries.nextAt,
};

/** Deliveries with the photos that they tell of. */
export function selectDelivery(db: Db) {
  return db.select(COLUMNS).from(deliveries).leftJoin(originals, ofUpload).$dynamic();
}

const ofUpload = eq(originals.uploadId, deliveries.uploadId);

/** Rows that are looked at in one slice for those that are delivered: less than a millisecond's work. */
const SLICE = 500;

/**
 * What an operator sees and does of the outbox (`redeem deliveries`, `delivery/list`).
 * @param turn asked for before each slice but the first
 */
export function deliveryListing(
  db: Db,
  turn: () => Promise<void>,
): Pick<DeliveryRecords, "list" | "byId" | "retryNow"> {
  const select = () =>
    db
      .select({
        ...COLUMNS,
        state: deliveries.state,
        lastError: deliveries.lastError,
        closedAt: deliveries.closedAt,
        sealed: deliveries.sealed,
      })
      .from(deliveries)
      .leftJoin(originals, ofUpload);

  /**
   * Those that are delivered, behind a place. They have no index of their own, since most are: where most are not, a statement
   * would walk past all of these at once.
   */
  async function delivered(from: DeliveryPlace, limit: number): Promise<string[]> {
    const walked = db.$client.prepare<[number, string], DeliveryPlace & { state: DeliveryState }>(
      `select id, created_at as createdAt, state from deliveries where (created_at, id) < (?, ?)
        order by created_at desc, id desc limit ${SLICE}`,
    );
    const found: string[] = [];
    for (let last = from; ;) {
      const rows = walked.all(last.createdAt, last.id);
      for (const { id, state } of rows) {
        if (state === "delivered" && found.push(id) === limit) return found;
      }
      const end = rows.at(-1);
      if (!end || rows.length < SLICE) return found;
      last = end;
      await turn();
    }
  }

  const newestFirst = [desc(deliveries.createdAt), desc(deliveries.id)];

  return {
    list: async ({ state, photoId, limit, after = FIRST }) => {
      if (state === "delivered" && photoId === undefined && Number.isFinite(limit)) {
        const ids = await delivered(after, limit);
        const these = select().where(inArray(deliveries.id, ids));
        return ids.length === 0 ? [] : these.orderBy(...newestFirst).all();
      }
      return select()
        .where(
          and(
            state && IN_STATE[state],
            photoId === undefined ? undefined : ofPhoto(photoId),
            sql`(${deliveries.createdAt}, ${deliveries.id}) < (${after.createdAt}, ${after.id})`,
          ),
        )
        .orderBy(...newestFirst)
        .limit(limit)
        .all();
    },
    byId: async (id) => select().where(eq(deliveries.id, id)).get(),
    retryNow: async (id, now, opened) => {
      const again = opened
        ? db
            .update(deliveries)
            .set({
              ...opened,
              state: "pending",
              sealed: null,
              createdAt: now,
              nextAt: now,
              attempts: 0,
              closedAt: null,
            })
            .where(and(eq(deliveries.id, id), eq(deliveries.state, "given-up")))
        : db
            .update(deliveries)
            .set({ nextAt: now })
            .where(and(eq(deliveries.id, id), eq(deliveries.state, "pending")));
      if (again.run().changes > 0) return "due";
      const there = db
        .select({ state: deliveries.state })
        .from(deliveries)
        .where(eq(deliveries.id, id))
        .get();
      if (!there) return "unknown";
      // Pending: another command has asked for it a moment ago.
      return there.state === "pending" ? "due" : there.state;
    },
  };
}

/** Pingbacks of a photo, and callbacks of the uploads that made its originals. */
function ofPhoto(photoId: number): SQL | undefined {
  return or(
    eq(deliveries.photoId, photoId),
    sql`${deliveries.uploadId} in (select made.upload_id from ${originals} as made where made.photo_id = ${photoId})`,
  );
}

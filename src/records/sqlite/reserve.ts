import { and, eq, gt, lt, ne, sql } from "drizzle-orm";
import type { Db } from "./db.ts";
import { uploads, uploadTokens } from "./schema.ts";

/** A reservation lapses when its upload has received nothing for this long (protocol 4.1). */
export const LAPSE_MS = 5 * 60_000;

/**
 * The condition that an upload holds its use at this moment. A time in the future was written by a clock
 * that was ahead: it holds no longer than a time of this moment would.
 * @param since,until placeholders for `now` minus and plus LAPSE_MS (see `holdingAt`)
 */
export const HOLDS_USE = and(
  // In the index's own words: a parameter in its place would keep it from being used.
  sql`${uploads.state} = 'receiving'`,
  gt(uploads.lastByteAt, sql.placeholder("since")),
  lt(uploads.lastByteAt, sql.placeholder("until")),
);

export function holdingAt(now: number): { since: number; until: number } {
  return { since: now - LAPSE_MS, until: now + LAPSE_MS };
}

/** How many uses of a token are reserved at this moment, beside one upload's own. */
export function reservedCount(db: Db) {
  const query = db
    .select({ count: sql<number>`count(*)` })
    .from(uploads)
    .where(
      and(
        eq(uploads.tokenId, sql.placeholder("tokenId")),
        HOLDS_USE,
        ne(uploads.id, sql.placeholder("except")),
      ),
    )
    .prepare();
  return ({
    tokenId,
    now,
    except = 0,
  }: {
    tokenId: number;
    now: number;
    except?: number;
  }): number => query.get({ tokenId, except, ...holdingAt(now) })?.count ?? 0;
}

/**
 * Whether one more use fits beside those consumed and reserved: "free", "used" where every use has become a
 * photo, "busy" where others hold the last ones. Call it inside a transaction.
 */
export function useOf(db: Db) {
  const reserved = reservedCount(db);
  const limits = db
    .select({ max: uploadTokens.maxUploads, consumed: uploadTokens.consumed })
    .from(uploadTokens)
    .where(eq(uploadTokens.id, sql.placeholder("tokenId")))
    .prepare();
  return (of: Parameters<typeof reserved>[0]): "free" | "used" | "busy" => {
    const token = limits.get({ tokenId: of.tokenId });
    if (!token || token.consumed >= token.max) return "used";
    return token.consumed + reserved(of) < token.max ? "free" : "busy";
  };
}

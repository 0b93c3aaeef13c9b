import { and, eq, gt, lt, ne, sql } from "drizzle-orm";
import type { UploadToken, Uses } from "../records.ts";
import { LAPSE_MS } from "../uploads.ts";
import type { Db } from "./db.ts";
import { uploads } from "./schema.ts";
import { LIVE_OF_TOKEN, UNFINISHED } from "./states.ts";

/**
 * Counts the uses of a token that uploads hold at this moment, but for one upload's own. A time in the future
 * was written by a clock that was ahead: it holds a use no longer than a time of this moment would.
 */
export function reservedCount(db: Db) {
  const query = db
    .select({ count: sql<number>`count(*)` })
    .from(uploads)
    .where(
      and(
        LIVE_OF_TOKEN,
        gt(uploads.lastByteAt, sql.placeholder("since")),
        lt(uploads.lastByteAt, sql.placeholder("until")),
        ne(uploads.id, sql.placeholder("except")),
      ),
    )
    .prepare();
  return ({ tokenId, now, except = 0 }: { tokenId: number; now: number; except?: number }) =>
    query.get({ tokenId, except, since: now - LAPSE_MS, until: now + LAPSE_MS })?.count ?? 0;
}

/** Counts the uses of a token at a moment; 0 where there is no token. */
export function usesCount(db: Db) {
  const count = reservedCount(db);
  return (token: UploadToken | undefined, now: number): Uses => {
    if (!token) return { consumed: 0, reserved: 0, free: 0 };
    const { consumed, maxUploads } = token;
    const reserved = count({ tokenId: token.id, now });
    return { consumed, reserved, free: Math.max(0, maxUploads - consumed - reserved) };
  };
}

/** Counts the uploads of a token that are no photos. */
export function unfinishedCount(db: Db) {
  const query = db
    .select({ count: sql<number>`count(*)` })
    .from(uploads)
    .where(and(eq(uploads.tokenId, sql.placeholder("tokenId")), UNFINISHED))
    .prepare();
  return (tokenId: number): number => query.get({ tokenId })?.count ?? 0;
}

import { and, eq, gt, not, sql } from "drizzle-orm";
import type { Db } from "./db.ts";
import { uploads, uploadTokens } from "./schema.ts";

/** A reservation lapses when its upload has received nothing for this long (protocol 4.1). */
export const LAPSE_MS = 5 * 60_000;

/** What FormData calls a file that has no name: a chunk, most likely, whose name stands in a field. */
export const NAMELESS = "blob";

/**
 * How many uses of a token are reserved at this moment, beside one upload's own and those of
 * undecided files of a name.
 */
export function reservedCount(db: Db) {
  const query = db
    .select({ count: sql<number>`count(*)` })
    .from(uploads)
    .where(
      and(
        eq(uploads.tokenId, sql.placeholder("tokenId")),
        eq(uploads.state, sql`'receiving'`),
        gt(uploads.lastByteAt, sql.placeholder("since")),
        sql`${uploads.id} not in (${sql.placeholder("except")}, ${sql.placeholder("insteadOf")})`,
        not(
          sql`(${uploads.undecided} and ${uploads.filename} in (${sql.placeholder("undecidedName")}, '', ${NAMELESS}))`,
        ),
      ),
    )
    .prepare();
  return (of: {
    tokenId: number;
    now: number;
    except?: number;
    insteadOf?: number;
    undecidedName?: string;
  }): number =>
    query.get({
      tokenId: of.tokenId,
      since: of.now - LAPSE_MS,
      except: of.except ?? 0,
      insteadOf: of.insteadOf ?? 0,
      undecidedName: of.undecidedName ?? "\0none",
    })?.count ?? 0;
}

/** Whether one more use fits beside those consumed and reserved. Call it inside a transaction. */
export function roomFor(db: Db) {
  const reserved = reservedCount(db);
  const limits = db
    .select({ max: uploadTokens.maxUploads, consumed: uploadTokens.consumed })
    .from(uploadTokens)
    .where(eq(uploadTokens.id, sql.placeholder("tokenId")))
    .prepare();
  return (of: Parameters<typeof reserved>[0]): boolean => {
    const token = limits.get({ tokenId: of.tokenId });
    return token !== undefined && token.consumed + reserved(of) < token.max;
  };
}

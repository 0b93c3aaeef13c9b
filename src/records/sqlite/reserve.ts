import { and, eq, gt, sql } from "drizzle-orm";
import type { Db } from "./db.ts";
import { uploads, uploadTokens } from "./schema.ts";

/** A reservation lapses when its upload has received nothing for this long (protocol 4.1). */
export const LAPSE_MS = 5 * 60_000;

/** What FormData calls a file that has no name: a chunk, most likely, whose name stands in a field. */
export const NAMELESS = "blob";

/**
 * How many uses of a token are reserved at this moment, beside one upload's own and those of
 * undecided files of a name. Undecided files of one name are taken for chunks of one file, and for
 * those of an upload in chunks of that name, where there is one: five chunks that come in together,
 * their fields behind them, are not five files. Who finishes finds a use of his own or none.
 */
export function reservedCount(db: Db) {
  const isUndecided = sql`${uploads.undecided} and ${uploads.filename} not in
    (${sql.placeholder("undecidedName")}, '', ${NAMELESS})`;
  const chunked = sql`select 1 from uploads as of_name where of_name.token_id = ${uploads.tokenId}
    and of_name.filename = ${uploads.filename} and of_name.identifier is not null
    and of_name.state = 'receiving' and of_name.last_byte_at > ${sql.placeholder("since")}`;
  const query = db
    .select({
      count: sql<number>`count(case when not ${uploads.undecided} then 1 end) + count(distinct case
        when ${isUndecided} and not exists (${chunked}) then ${uploads.filename} end)`,
    })
    .from(uploads)
    .where(
      and(
        eq(uploads.tokenId, sql.placeholder("tokenId")),
        eq(uploads.state, sql`'receiving'`),
        gt(uploads.lastByteAt, sql.placeholder("since")),
        sql`${uploads.id} not in (${sql.placeholder("except")}, ${sql.placeholder("insteadOf")})`,
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
  return (of: Parameters<typeof reserved>[0], beside = 0): boolean => {
    const token = limits.get({ tokenId: of.tokenId });
    return token !== undefined && token.consumed + reserved(of) + beside < token.max;
  };
}

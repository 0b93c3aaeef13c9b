import { and, asc, count, desc, eq, gte, isNull, lt, sql } from "drizzle-orm";
import { replacingHashes } from "../direct.ts";
import type { TokenRecords } from "../records.ts";
import { durably, immediately, type Db } from "./db.ts";
import { withoutSecrets, type Finders } from "./find.ts";
import { tokenInserting } from "./insert-token.ts";
import { usesCount } from "./reserved.ts";
import { uploads, uploadTokens } from "./schema.ts";
import { tokenPages } from "./token-list.ts";

export function tokenRecords(
  db: Db,
  { tokens: find }: Finders,
  turn: () => Promise<void>,
): TokenRecords {
  const insert = tokenInserting(db);
  const uses = usesCount(db);
  return {
    add: async (token) => (token.direct ? insert(token) : durably(db, () => insert(token))),
    byHash: async (hash) => find.byHash(hash),
    byId: async (id) => find.byId(id),
    sealed: async (id) => find.sealed(id),
    list: async (limit) => ({
      tokens: db
        .select()
        .from(uploadTokens)
        .where(isNull(uploadTokens.direct))
        .orderBy(desc(uploadTokens.id))
        // To SQLite a negative limit is none.
        .limit(limit ?? -1)
        .all()
        .map(withoutSecrets),
      total:
        db.select({ total: count() }).from(uploadTokens).where(isNull(uploadTokens.direct)).get()
          ?.total ?? 0,
    }),
    page: tokenPages(db, turn),
    transact: async (id, now, decide) =>
      durably(db, () =>
        db.transaction((tx) => {
          const token = find.byId(id);
          const set = decide({ token, uses: uses(token, now) });
          if (Object.keys(set).length > 0) {
            tx.update(uploadTokens).set(set).where(eq(uploadTokens.id, id)).run();
          }
          return find.byId(id);
        }, immediately),
      ),
    revoke: async (id, at) =>
      durably(db, () =>
        db.transaction((tx) => {
          const revoked = tx.update(uploadTokens).set({ revokedAt: at });
          const isOpen = isNull(uploadTokens.revokedAt);
          if (revoked.where(and(eq(uploadTokens.id, id), isOpen)).run().changes === 0) return false;
          const [from, before] = replacingHashes(id);
          const replacing = and(gte(uploadTokens.hash, from), lt(uploadTokens.hash, before));
          tx.update(uploadTokens).set({ revokedAt: at }).where(and(replacing, isOpen)).run();
          return true;
        }, immediately),
      ),
    pruneExpired: (before) => pruneExpired(db, before),
    uses: async (id, now) => uses(find.byId(id), now),
    free: async (id, now) => uses(find.byId(id), now).free,
  };
}

/** Tokens that are looked at in one slice: one or two milliseconds' work. */
const FEW = 100;

async function* pruneExpired(db: Db, before: number): AsyncGenerator<number> {
  // Those that have uploads stay, and are not looked at twice.
  let after = { validUntil: -1, id: -1 };
  for (;;) {
    const seen = db
      .select({ id: uploadTokens.id, validUntil: uploadTokens.validUntil })
      .from(uploadTokens)
      .where(
        and(
          // In the index's own words: a parameter in its place would keep it from being used.
          sql`${uploadTokens.consumed} = 0`,
          lt(uploadTokens.validUntil, before),
          sql`(${uploadTokens.validUntil}, ${uploadTokens.id}) > (${after.validUntil}, ${after.id})`,
        ),
      )
      .orderBy(asc(uploadTokens.validUntil), asc(uploadTokens.id))
      .limit(FEW)
      .all();
    const last = seen.at(-1);
    if (!last) return;
    after = last;
    const ids = sql`select value from json_each(${JSON.stringify(seen.map(({ id }) => id))})`;
    const used = sql`select 1 from ${uploads} where ${uploads.tokenId} = ${uploadTokens.id}`;
    yield db
      .delete(uploadTokens)
      .where(sql`${uploadTokens.id} in (${ids}) and not exists (${used})`)
      .run().changes;
  }
}

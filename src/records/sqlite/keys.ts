import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import type { ApiKey, KeyRecords } from "../records.ts";
import { durably, type Db } from "./db.ts";
import { apiKeys } from "./schema.ts";

export function keyRecords(db: Db): KeyRecords {
  const byHash = db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.hash, sql.placeholder("hash")))
    .prepare();
  return {
    add: async (key) =>
      durably(db, () =>
        // Outside a transaction better-sqlite3 does not say that the commit has failed.
        db.transaction((tx) => withoutHash(tx.insert(apiKeys).values(key).returning().get())),
      ),
    byHash: async (hash) => {
      const row = byHash.get({ hash });
      return row && withoutHash(row);
    },
    byId: async (id) => {
      const row = db.select().from(apiKeys).where(eq(apiKeys.id, id)).get();
      return row && withoutHash(row);
    },
    list: async () => db.select().from(apiKeys).all().map(withoutHash),
    page: async (before = Number.MAX_SAFE_INTEGER, limit) =>
      db
        .select()
        .from(apiKeys)
        .where(lt(apiKeys.id, before))
        .orderBy(desc(apiKeys.id))
        .limit(limit)
        .all()
        .map(withoutHash),
    revoke: async (id, at) =>
      durably(
        db,
        () =>
          db
            .update(apiKeys)
            .set({ revokedAt: at })
            .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
            .run().changes > 0,
      ),
  };
}

function withoutHash(row: typeof apiKeys.$inferSelect): ApiKey {
  const { hash, ...key } = row;
  return key;
}

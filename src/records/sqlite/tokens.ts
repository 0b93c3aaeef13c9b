import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import type { TokenRecords, UploadToken } from "../records.ts";
import { durably, type Db } from "./db.ts";
import { reservedCount } from "./reserve.ts";
import { uploads, uploadTokens } from "./schema.ts";

export function tokenRecords(db: Db): TokenRecords {
  const byHash = db
    .select()
    .from(uploadTokens)
    .where(eq(uploadTokens.hash, sql.placeholder("hash")))
    .prepare();
  const byId = db
    .select()
    .from(uploadTokens)
    .where(eq(uploadTokens.id, sql.placeholder("id")))
    .prepare();
  const reserved = reservedCount(db);
  return {
    add: async (token) =>
      durably(db, () =>
        // Outside a transaction better-sqlite3 does not say that the commit has failed.
        db.transaction((tx) =>
          withoutHash(tx.insert(uploadTokens).values(token).returning().get()),
        ),
      ),
    byHash: async (hash) => {
      const row = byHash.get({ hash });
      return row && withoutHash(row);
    },
    byId: async (id) => {
      const row = byId.get({ id });
      return row && withoutHash(row);
    },
    list: async (limit) =>
      db
        .select()
        .from(uploadTokens)
        .orderBy(desc(uploadTokens.id))
        .limit(limit)
        .all()
        .map(withoutHash),
    revoke: async (id, at) =>
      durably(
        db,
        () =>
          db
            .update(uploadTokens)
            .set({ revokedAt: at })
            .where(and(eq(uploadTokens.id, id), isNull(uploadTokens.revokedAt)))
            .run().changes > 0,
      ),
    dropExpired: async (before) =>
      db
        .delete(uploadTokens)
        .where(
          and(
            lt(uploadTokens.validUntil, before),
            sql`not exists (select 1 from ${uploads} where ${uploads.tokenId} = ${uploadTokens.id})`,
          ),
        )
        .run().changes,
    free: async (id, now) => {
      const token = byId.get({ id });
      if (!token) return 0;
      return Math.max(0, token.maxUploads - token.consumed - reserved({ tokenId: id, now }));
    },
  };
}

function withoutHash(row: typeof uploadTokens.$inferSelect): UploadToken {
  const { hash, ...token } = row;
  return token;
}

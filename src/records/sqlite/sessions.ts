import {
  and,
  desc,
  eq,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  notInArray,
  or,
  sql,
} from "drizzle-orm";
import type { Session, SessionOwner, SessionRecords, SignInLink } from "../records.ts";
import { durably, immediately, type Db } from "./db.ts";
import { apiKeys, sessions, signInLinks } from "./schema.ts";

/** Sessions of one owner: more than one person has browsers. */
const MOST_OF_OWNER = 100;

/** Rows that are deleted at once: less than a millisecond's work. */
const FEW = 200;

type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

export function sessionRecords(db: Db): SessionRecords {
  const byHash = selectSessions(db)
    .where(eq(sessions.hash, sql.placeholder("hash")))
    .prepare();
  const touch = db
    .update(sessions)
    .set({ seenAt: sql`${sql.placeholder("at")}` })
    .where(eq(sessions.id, sql.placeholder("id")))
    .prepare();
  return {
    begin: async (session) =>
      durably(db, () => db.transaction((tx) => begin(tx, session), immediately)),
    byHash: async (hash) => byHash.get({ hash }),
    touch: async (id, at) => void touch.run({ id, at }),
    end: async (id) =>
      durably(db, () => db.delete(sessions).where(eq(sessions.id, id)).run().changes > 0),
    endAllOf: async (keyId) =>
      durably(db, () => db.delete(sessions).where(isOf(keyId)).run().changes),

    addLink: async (link) =>
      // Outside a transaction better-sqlite3 does not say that the commit has failed.
      durably(db, () => db.transaction((tx) => void tx.insert(signInLinks).values(link).run())),
    linkByHash: async (hash) => {
      const row = db.select().from(signInLinks).where(eq(signInLinks.hash, hash)).get();
      return row && withoutHash(row);
    },
    useLink: async (hash, session) =>
      durably(db, () => db.transaction((tx) => useLink(tx, hash, session), immediately)),
    prune: (before) => prune(db, before),
  };
}

function isOf(keyId: number | null) {
  return keyId === null ? isNull(sessions.keyId) : eq(sessions.keyId, keyId);
}

/** Sessions with their API keys. */
function selectSessions(db: Db | Tx) {
  return db
    .select({
      id: sessions.id,
      keyId: sessions.keyId,
      operatorKey: sessions.operatorKey,
      createdAt: sessions.createdAt,
      seenAt: sessions.seenAt,
      key: { level: apiKeys.level, revokedAt: apiKeys.revokedAt },
    })
    .from(sessions)
    .leftJoin(apiKeys, eq(apiKeys.id, sessions.keyId));
}

function begin(
  tx: Tx,
  { hash, at, ...owner }: SessionOwner & { hash: string; at: number },
): Session {
  tx.insert(sessions)
    .values({ ...owner, hash, createdAt: at, seenAt: at })
    .run();
  const newest = tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(isOf(owner.keyId))
    .orderBy(desc(sessions.id))
    .limit(MOST_OF_OWNER);
  tx.delete(sessions)
    .where(and(isOf(owner.keyId), notInArray(sessions.id, newest)))
    .run();
  const begun = selectSessions(tx).where(eq(sessions.hash, hash)).get();
  if (!begun) throw new Error("A session that was begun is not there");
  return begun;
}

function useLink(
  tx: Tx,
  hash: string,
  { hash: session, at }: { hash: string; at: number },
): Session | undefined {
  const used = tx
    .update(signInLinks)
    .set({ usedAt: at })
    .where(
      and(eq(signInLinks.hash, hash), isNull(signInLinks.usedAt), gte(signInLinks.expiresAt, at)),
    )
    .returning({ keyId: signInLinks.keyId })
    .get();
  if (!used) return undefined;
  const { keyId } = used;
  const key = keyId !== null && tx.select().from(apiKeys).where(eq(apiKeys.id, keyId)).get();
  if (key && key.revokedAt !== null) return undefined;
  return begin(tx, { hash: session, at, keyId, operatorKey: null });
}

async function* prune(
  db: Db,
  before: { created: number; seen: number; links: number },
): AsyncGenerator<number> {
  const revoked = db.select({ id: apiKeys.id }).from(apiKeys).where(isNotNull(apiKeys.revokedAt));
  const ended = [
    or(lt(sessions.createdAt, before.created), lt(sessions.seenAt, before.seen)),
    inArray(sessions.keyId, revoked),
  ];
  for (const condition of ended) {
    const some = db.select({ id: sessions.id }).from(sessions).where(condition).limit(FEW);
    yield* slices(() => db.delete(sessions).where(inArray(sessions.id, some)).run().changes);
  }
  const links = db
    .select({ hash: signInLinks.hash })
    .from(signInLinks)
    .where(lt(signInLinks.expiresAt, before.links))
    .limit(FEW);
  yield* slices(() => db.delete(signInLinks).where(inArray(signInLinks.hash, links)).run().changes);
}

function* slices(deleteSome: () => number): Generator<number> {
  for (let deleted = deleteSome(); deleted > 0; deleted = deleteSome()) yield deleted;
}

function withoutHash({ hash, ...link }: typeof signInLinks.$inferSelect): SignInLink {
  return link;
}

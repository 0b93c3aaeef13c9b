import type Database from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";

/** The open database, as the queries know it. */
export type Db = BetterSQLite3Database & {
  $client: Database.Database;
  /** Whether anything waits for the disk (REDEEM_SYNC). */
  durable: boolean;
};

/** For transactions that read before they write: whoever comes second waits, and is not refused in the middle. */
export const immediately = { behavior: "immediate" } as const;

/**
 * Does what is promised to outlive a power cut: its commit, and every commit before it, is on the disk
 * when this returns. Others outlive the process only, which is all that a chunk needs.
 */
export function durably<Result>(db: Db, work: () => Result): Result {
  if (!db.durable) return work();
  db.$client.pragma("synchronous = FULL");
  try {
    return work();
  } finally {
    db.$client.pragma("synchronous = NORMAL");
  }
}

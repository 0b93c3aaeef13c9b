import { inArray, lt } from "drizzle-orm";
import type { NonceRecords } from "../records.ts";
import { immediately, type Db } from "./db.ts";
import { nonces } from "./schema.ts";

/** More than are added at a time, so that there are never many too old; few enough for a moment. */
const PRUNED_AT_A_TIME = 100;

export function nonceRecords(db: Db): NonceRecords {
  return {
    use: async (hash, at, pruneBefore) =>
      db.transaction((tx) => {
        const old = tx
          .select({ hash: nonces.hash })
          .from(nonces)
          .where(lt(nonces.at, pruneBefore))
          .limit(PRUNED_AT_A_TIME);
        tx.delete(nonces).where(inArray(nonces.hash, old)).run();
        return tx.insert(nonces).values({ hash, at }).onConflictDoNothing().run().changes > 0;
      }, immediately),
  };
}

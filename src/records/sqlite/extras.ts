import { eq, sql } from "drizzle-orm";
import { MAX_EXTRA, sizeOfExtra } from "../extra.ts";
import type { Extra } from "../records.ts";
import type { Db } from "./db.ts";
import { uploadExtras, uploads } from "./schema.ts";

/**
 * The extra parameters of uploads, in a table of their own: they may be large, and what every chunk
 * writes must stay small.
 */
export function extras(db: Db) {
  const kept = db
    .select({ extra: uploadExtras.extra })
    .from(uploadExtras)
    .where(eq(uploadExtras.uploadId, sql.placeholder("uploadId")))
    .prepare();
  // Uploads of the first schema have theirs in their own row.
  const early = db
    .select({ extra: uploads.extra })
    .from(uploads)
    .where(eq(uploads.id, sql.placeholder("uploadId")))
    .prepare();

  function of(uploadId: number): Extra {
    return { ...early.get({ uploadId })?.extra, ...kept.get({ uploadId })?.extra };
  }

  return {
    of,

    /**
     * Adds to what is kept, the newer value of a name winning. Call it inside a transaction.
     * @returns false, with nothing changed, where there would be more than MAX_EXTRA
     */
    add: (uploadId: number, extra: Extra): boolean => {
      const names = Object.keys(extra);
      if (names.length === 0) return true;
      const before = of(uploadId);
      if (names.every((name) => Object.hasOwn(before, name) && before[name] === extra[name])) {
        return true;
      }
      const all = { ...before, ...extra };
      if (sizeOfExtra(all) > MAX_EXTRA) return false;
      db.insert(uploadExtras)
        .values({ uploadId, extra: all })
        .onConflictDoUpdate({ target: uploadExtras.uploadId, set: { extra: all } })
        .run();
      return true;
    },
  };
}

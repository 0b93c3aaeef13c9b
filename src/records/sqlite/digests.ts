import { eq, sql } from "drizzle-orm";
import type { UploadRecords } from "../records.ts";
import { immediately, type Db } from "./db.ts";
import { uploads } from "./schema.ts";

/** The hashes that uploaders say their complete files have. */
export function saidDigests(db: Db): Pick<UploadRecords, "digests" | "noteDigests"> {
  const noted = db
    .select({ digests: uploads.digests })
    .from(uploads)
    .where(eq(uploads.id, sql.placeholder("id")))
    .prepare();
  return {
    digests: async (id) => noted.get({ id })?.digests ?? {},
    noteDigests: async (id, digests) =>
      db.transaction((tx) => {
        const before = noted.get({ id })?.digests ?? {};
        const all = { ...digests, ...before };
        if (Object.entries(digests).some(([name, hash]) => all[name] !== hash)) return false;
        if (Object.keys(all).length === Object.keys(before).length) return true;
        tx.update(uploads).set({ digests: all }).where(eq(uploads.id, id)).run();
        return true;
      }, immediately),
  };
}

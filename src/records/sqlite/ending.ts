import { and, eq, inArray, lt } from "drizzle-orm";
import type { LeftoverRecords } from "../records.ts";
import { durably, immediately, type Db } from "./db.ts";
import { deleteUploadRow, NO_CALLBACK_DUE } from "./delete.ts";
import { uploads } from "./schema.ts";
import { UNFINISHED } from "./states.ts";

/** The ways in which an upload goes that becomes no photo. */
export function ending(db: Db): Pick<LeftoverRecords, "end" | "delete" | "deleteEmpty"> {
  return {
    end: async (uploadIds, before) =>
      durably(db, () =>
        // Outside a transaction better-sqlite3 does not say that the commit has failed.
        db.transaction((tx) => {
          const ended = tx
            .update(uploads)
            .set({ state: "failed", received: 0, lease: null, sealedToken: null, keptUntil: null })
            .where(
              and(
                inArray(uploads.id, [...uploadIds]),
                UNFINISHED,
                before === undefined ? undefined : lt(uploads.lastByteAt, before),
              ),
            )
            .returning({ id: uploads.id })
            .all();
          return new Set(ended.map(({ id }) => id));
        }, immediately),
      ),

    delete: async (id) =>
      void db.transaction(
        (tx) => deleteUploadRow(tx, and(eq(uploads.id, id), UNFINISHED, NO_CALLBACK_DUE)),
        immediately,
      ),

    deleteEmpty: async (id) =>
      db.transaction((tx) => {
        const empty = and(
          eq(uploads.id, id),
          eq(uploads.state, "receiving"),
          eq(uploads.received, 0),
        );
        if (tx.delete(uploads).where(and(empty, NO_CALLBACK_DUE)).run().changes > 0) return true;
        // Its backend is still to be told why a chunk of it was refused.
        const failed = { state: "failed", sealedToken: null, keptUntil: null } as const;
        return tx.update(uploads).set(failed).where(empty).run().changes > 0;
      }, immediately),
  };
}

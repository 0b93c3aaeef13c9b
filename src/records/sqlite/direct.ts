import { and, eq, sql } from "drizzle-orm";
import { directHash } from "../direct.ts";
import type { DirectRecords } from "../records.ts";
import { immediately, type Db } from "./db.ts";
import { withoutSecrets, type Finders } from "./find.ts";
import { uploads, uploadTokens } from "./schema.ts";
import { tokenInserting } from "./insert-token.ts";

/** Direct tokens. None of this waits for the disk: nobody is told of it before a photo, or a chunk, is. */
export function directRecords(
  db: Db,
  { tokens: find, uploads: upload, photos: photo }: Finders,
): DirectRecords {
  const insert = tokenInserting(db);
  return {
    transact: async ({ hash, identity }, decide) =>
      db.transaction((tx) => {
        const token = find.byHash(hash);
        const known = token && identity ? upload.byIdentity(token.id, identity) : undefined;
        const made = known?.state === "finished" ? photo.byUpload(known.id) : undefined;
        const decision = decide({ token, upload: known, photo: made });
        if (decision.do === "nothing") return token;
        if (decision.do === "begin") {
          if (token) {
            const aside = { hash: directHash(String(token.id)) };
            tx.update(uploadTokens).set(aside).where(eq(uploadTokens.id, token.id)).run();
          }
          return insert(decision.token);
        }
        if (!token) throw new Error("There is no direct token to go on with");
        if (Object.keys(decision.set).length === 0) return token;
        const of = eq(uploadTokens.id, token.id);
        return withoutSecrets(
          tx.update(uploadTokens).set(decision.set).where(of).returning().get(),
        );
      }, immediately),

    delete: async (id) => {
      const used = sql`exists (select 1 from ${uploads} where ${uploads.tokenId} = ${id})`;
      const unused = and(eq(uploadTokens.id, id), eq(uploadTokens.direct, true), sql`not ${used}`);
      db.delete(uploadTokens).where(unused).run();
    },
  };
}

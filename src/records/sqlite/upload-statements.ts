import { eq, sql } from "drizzle-orm";
import type { Db } from "./db.ts";
import { uploads } from "./schema.ts";

/** The statements that an upload's row is made and changed by (changes.ts). */
export function uploadStatements(db: Db) {
  const insert = db
    .insert(uploads)
    .values({
      tokenId: sql.placeholder("tokenId"),
      identifier: sql.placeholder("identifier"),
      totalSize: sql.placeholder("totalSize"),
      chunkSize: sql.placeholder("chunkSize"),
      filename: sql.placeholder("filename"),
      file: sql.placeholder("file"),
      replaces: sql.placeholder("replaces"),
      state: sql.placeholder("state"),
      received: sql.placeholder("received"),
      lease: sql.placeholder("lease"),
      createdAt: sql.placeholder("now"),
      lastByteAt: sql.placeholder("now"),
      extra: {},
      clientInfo: sql.placeholder("clientInfo"),
      sealedToken: sql.placeholder("sealedToken"),
      failureCode: sql.placeholder("failureCode"),
      failureMessage: sql.placeholder("failureMessage"),
    })
    .returning()
    .prepare();
  const write = db
    .update(uploads)
    .set({
      state: sql`${sql.placeholder("state")}`,
      lease: sql`${sql.placeholder("lease")}`,
      lastByteAt: sql`${sql.placeholder("lastByteAt")}`,
      sealedToken: sql`${sql.placeholder("sealedToken")}`,
      received: sql`${sql.placeholder("received")}`,
      keptUntil: sql`${sql.placeholder("keptUntil")}`,
      failureCode: sql`${sql.placeholder("failureCode")}`,
      failureMessage: sql`${sql.placeholder("failureMessage")}`,
    })
    .where(eq(uploads.id, sql.placeholder("id")))
    .returning()
    .prepare();
  return { insert, write };
}

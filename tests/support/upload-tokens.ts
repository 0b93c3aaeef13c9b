import { join } from "node:path";
import Database from "better-sqlite3";
import type { TestServer } from "./server.ts";

/**
 * Changes an upload token behind the server's back: to be over in a moment, which by the API takes 15 minutes at least, or revoked.
 * @param change Unix milliseconds
 */
export function changeToken(
  server: Pick<TestServer, "folder">,
  token: string,
  change: { validUntil?: number; revokedAt?: number },
): void {
  const database = new Database(join(server.folder, "redeem.db"));
  const hash = new Bun.CryptoHasher("sha256").update(token).digest("hex");
  const { changes } = database
    .prepare(
      `update upload_tokens set valid_until = coalesce(?, valid_until), revoked_at = coalesce(?, revoked_at) where hash = ?`,
    )
    .run(change.validUntil ?? null, change.revokedAt ?? null, hash);
  database.close();
  if (changes !== 1) throw new Error("the token's row was not found");
}

import { getTableColumns, sql } from "drizzle-orm";
import type { NewUploadToken, UploadToken } from "../records.ts";
import type { Db } from "./db.ts";
import { withoutSecrets } from "./find.ts";
import { uploadTokens } from "./schema.ts";

/** What a new row says; the others have their defaults. */
const {
  id: _id,
  consumed: _consumed,
  revokedAt: _revokedAt,
  ...COLUMNS
} = getTableColumns(uploadTokens);

/**
 * Puts tokens on record: the one place that writes a new row of them. The statement is made once, since one of so many columns is
 * a hundred kilobytes of work for the garbage collector, and every file that comes without a token has a row here.
 */
export function tokenInserting(db: Db): (token: NewUploadToken) => UploadToken {
  // As SQL, so that a value is bound as it is: of a bare placeholder, Drizzle encodes null as JSON.
  const values = Object.fromEntries(
    Object.keys(COLUMNS).map((name) => [name, sql`${sql.placeholder(name)}`]),
  );
  const insert = db
    .insert(uploadTokens)
    .values(values as unknown as typeof uploadTokens.$inferInsert)
    .returning()
    .prepare();
  return (token) => {
    // A partial index has the rows whose `direct` is null (schema/tokens.ts).
    const ask = token.ask.length > 0 ? token.ask : null;
    const row = { ...token, direct: token.direct || null, sender: token.sender || null, ask };
    // Outside a transaction better-sqlite3 does not say that the commit has failed.
    return db.transaction(() => withoutSecrets(insert.get(encoded(row))));
  };
}

/** As SQLite binds it. */
function encoded(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(COLUMNS).map(([name, column]) => {
      const value = row[name] ?? null;
      return [name, value === null ? null : column.mapToDriverValue(value)];
    }),
  );
}

import { join } from "node:path";
import Database from "better-sqlite3";
import type { TestSite } from "./site.ts";

export type DeliveryRow = {
  id: string;
  upload_id: number;
  outcome: string;
  method: string;
  url: string;
  body: string;
  state: string;
  attempts: number;
  created_at: number;
  next_at: number;
  last_error: string | null;
  /** Address and body of one that was given up. */
  sealed: string | null;
};

/** Rows of a site's own database, for what no answer tells. */
export function rowsOf<Row>(test: Pick<TestSite, "folder">, query: string): Row[] {
  const client = new Database(join(test.folder, "redeem.db"), { readonly: true });
  try {
    return client.prepare(query).all() as Row[];
  } finally {
    client.close();
  }
}

/** Callbacks, the oldest first. */
export function deliveriesOf(test: Pick<TestSite, "folder">): DeliveryRow[] {
  return rowsOf<DeliveryRow>(test, "select * from deliveries order by created_at, rowid");
}

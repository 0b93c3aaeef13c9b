import type Database from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";

/** The open database, as the queries know it. */
export type Db = BetterSQLite3Database & { $client: Database.Database };

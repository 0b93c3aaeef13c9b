import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import type { Db } from "./db.ts";

/**
 * Hashes of the two texts that the first migration had before the one that stayed, as Drizzle notes them
 * (SHA-256). They are those of the commits ba8ca61 to d0228c6, and of 4d7d712.
 */
const EARLIEST = new Set([
  "ddd696b8a74097dee5d269d216ea7c57ac84da0c3a76819c04991afc43d3b72d",
  "a363a32ca5de09c31d80fd798134b737a3e445ec958da2335b4f5179b02609a4",
]);

/** What a statement of the first migration makes, by its name. */
const MAKES = /^\s*CREATE (?:UNIQUE )?(?:TABLE|INDEX) `(\w+)`/;

/**
 * Brings a database that one of the earliest programs made to where the first migration would have left it, and
 * notes that migration as applied: run on tables that are there, it would fail. All rows stay, and other databases are
 * left alone. All of it is one transaction. Foreign keys must be off, since two tables are made anew.
 */
export function bringEarliestUp(db: Db, migrationsFolder: string): void {
  if (!isEarliest(db)) return;
  const [first] = readMigrationFiles({ migrationsFolder });
  if (!first) return;
  db.transaction(
    (tx) => {
      // Another process may have done it meanwhile.
      if (!isEarliest(db)) return;
      for (const table of ["chunks", "deliveries"]) {
        tx.run(sql.raw(`create table earliest_${table} as select * from ${table}`));
        tx.run(sql.raw(`drop table ${table}`));
      }
      const present = new Set(
        tx.values<[string]>(sql`select name from sqlite_master`).map(([name]) => name),
      );
      for (const statement of first.sql) {
        const name = MAKES.exec(statement)?.[1];
        if (name === undefined) throw new Error("the first migration does more than to create");
        if (!present.has(name)) tx.run(sql.raw(statement));
      }
      fillChunks(tx);
      fillDeliveries(tx);
      for (const table of ["chunks", "deliveries"]) {
        tx.run(sql.raw(`drop table earliest_${table}`));
      }
      tx.run(sql`insert into __drizzle_migrations (hash, created_at)
        values (${first.hash}, ${first.folderMillis})`);
    },
    { behavior: "immediate" },
  );
}

function isEarliest(db: Db): boolean {
  const noted = sql`select 1 from sqlite_master where name = '__drizzle_migrations'`;
  if (db.values(noted).length === 0) return false;
  const [last] = db.values<[string]>(
    sql`select hash from __drizzle_migrations order by created_at desc limit 1`,
  );
  return last !== undefined && EARLIEST.has(last[0]);
}

type Transaction = Parameters<Parameters<Db["transaction"]>[0]>[0];

/** Chunks that do not say whether they are on the disk are there: those programs recorded a chunk after its sync. */
function fillChunks(tx: Transaction): void {
  const columns = tx.values<[string]>(sql`select name from pragma_table_info('earliest_chunks')`);
  const synced = columns.some(([name]) => name === "synced") ? sql`synced` : sql`1`;
  tx.run(sql`insert into chunks (upload_id, start, length, synced)
    select upload_id, start, length, ${synced} from earliest_chunks`);
}

/** The host of a callback was in its address alone. One that has ended has no address any more, and nobody asks for its host. */
function fillDeliveries(tx: Transaction): void {
  tx.run(sql`insert into deliveries
      (id, upload_id, outcome, method, host, url, body, state, created_at, next_at, attempts, last_error, closed_at)
    select id, upload_id, outcome, method, '', url, body, state, created_at, next_at, attempts, last_error, closed_at
      from earliest_deliveries`);
  const addresses = tx.values<[string, string]>(
    sql`select id, url from deliveries where url <> ''`,
  );
  for (const [id, url] of addresses) {
    tx.run(sql`update deliveries set host = ${new URL(url).host} where id = ${id}`);
  }
}

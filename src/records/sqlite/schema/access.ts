import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Level } from "../../records.ts";

export const apiKeys = sqliteTable("api_keys", {
  id: integer().primaryKey({ autoIncrement: true }),
  hash: text().notNull().unique(),
  name: text().notNull(),
  level: text().$type<Level>().notNull(),
  createdAt: integer().notNull(),
  revokedAt: integer(),
});

/** Who has signed in at `/archive` (records/sessions.ts). */
export const sessions = sqliteTable(
  "sessions",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    hash: text().notNull().unique(),
    keyId: integer().references(() => apiKeys.id),
    operatorKey: text(),
    createdAt: integer().notNull(),
    seenAt: integer().notNull(),
  },
  (table) => [
    index("sessions_of_key").on(table.keyId),
    index("sessions_created").on(table.createdAt),
    index("sessions_seen").on(table.seenAt),
  ],
);

/** What `redeem open` prints: each signs in once. */
export const signInLinks = sqliteTable(
  "sign_in_links",
  {
    hash: text().primaryKey(),
    keyId: integer().references(() => apiKeys.id),
    createdAt: integer().notNull(),
    expiresAt: integer().notNull(),
    usedAt: integer(),
  },
  (table) => [index("sign_in_links_expired").on(table.expiresAt)],
);

/** Nonces of requests that were signed by OAuth, hashed: a signed request is taken once, in whatever process. */
export const nonces = sqliteTable(
  "nonces",
  {
    hash: text().primaryKey(),
    // The timestamp that the request was signed with.
    at: integer().notNull(),
  },
  (table) => [index("nonces_at").on(table.at)],
);

/** What is known of the site itself, by name. */
export const facts = sqliteTable("facts", {
  name: text().primaryKey(),
  value: text().notNull(),
});

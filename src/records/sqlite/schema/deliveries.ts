import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { DeliveryEvent } from "../../records.ts";
import { uploads } from "./uploads.ts";

export const deliveries = sqliteTable(
  "deliveries",
  {
    id: text().primaryKey(),
    // Null for a pingback.
    uploadId: integer().references(() => uploads.id, { onDelete: "cascade" }),
    // Of a pingback. No foreign key: what is told of a photo outlives it.
    photoId: integer(),
    event: text("outcome").$type<DeliveryEvent>().notNull(),
    method: text().$type<"GET" | "POST">().notNull(),
    host: text().notNull(),
    // Empty once delivered or given up: they hold the upload token.
    url: text().notNull(),
    body: text().notNull(),
    // Both of them, of one that was given up, sealed with the site's secret: the operator may ask for it again.
    sealed: text(),
    state: text().$type<"pending" | "delivered" | "given-up">().notNull(),
    createdAt: integer().notNull(),
    nextAt: integer().notNull(),
    attempts: integer().notNull().default(0),
    lastError: text(),
    closedAt: integer(),
  },
  (table) => [
    index("deliveries_pending")
      .on(table.nextAt)
      .where(sql`state = 'pending'`),
    index("deliveries_of_host")
      .on(table.host, table.nextAt)
      .where(sql`state = 'pending'`),
    index("deliveries_closed")
      .on(table.closedAt)
      .where(sql`state <> 'pending'`),
    index("deliveries_upload").on(table.uploadId),
    index("deliveries_of_photo")
      .on(table.photoId)
      .where(sql`photo_id is not null`),
    // As an operator lists them. Not one index that begins with the state: SQLite would look for what is due in it.
    index("deliveries_listed").on(table.createdAt, table.id),
    index("deliveries_pending_listed")
      .on(table.createdAt, table.id)
      .where(sql`state = 'pending'`),
    index("deliveries_given_up_listed")
      .on(table.createdAt, table.id)
      .where(sql`state = 'given-up'`),
  ],
);

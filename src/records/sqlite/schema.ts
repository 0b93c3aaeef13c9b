/*
 * The tables of the database, by subject. Times are milliseconds since 1970. After a change in schema/: `bun run migrations`.
 */
export * from "./schema/access.ts";
export * from "./schema/deliveries.ts";
export * from "./schema/facets.ts";
export * from "./schema/originals.ts";
export * from "./schema/photos.ts";
export * from "./schema/tokens.ts";
export * from "./schema/uploads.ts";

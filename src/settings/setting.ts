import type { TSchema } from "@sinclair/typebox";

/** How the value of a setting is read from its text (config.ts). */
export type Reader =
  "text" | "secret" | "flag" | "number" | "bytes" | "duration" | "list" | "addresses";

/**
 * Every setting: its variable, type, default and sentence. `redeem help` and the README's table are
 * made from this, so that a setting is described once.
 */
export type Setting<Schema extends TSchema> = Schema & {
  /** How the value is read: what the error calls it, and what it becomes. */
  reads: Reader;
};

/** @param reads how its text is read */
export function setting<Schema extends TSchema>(schema: Schema, reads: Reader) {
  return { ...schema, reads } as Setting<Schema>;
}

/** In milliseconds, as all durations are. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

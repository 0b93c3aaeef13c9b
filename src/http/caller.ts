import { Problem } from "../problem.ts";
import { LEVELS, type Level, type Records } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Version } from "./envelope.ts";

export type Caller = {
  level: Level;
  /** The user that uploads belong to: a key is a user. 0 for the operator's own key and nobody. */
  userId: number;
  /** The API key itself, where the caller has sent one: for the answer that tells a client what its key is good for. */
  apiKey?: string;
  /** Of a session: whether it has not ended since. Of a key its record says so. */
  stillHolds?: () => Promise<boolean>;
};

export const ANONYMOUS: Caller = { level: "anonymous", userId: 0 };

export type Credentials = {
  records: Records;
  sessions: Sessions;
  secret: SiteSecret;
  /** REDEEM_API_KEY. */
  operatorKey: string | undefined;
  publicUrl: () => string;
  now: () => number;
};

/** Whether the caller's level includes another. */
export function hasLevel(caller: Caller, needed: Level): boolean {
  return LEVELS.indexOf(caller.level) >= LEVELS.indexOf(needed);
}

/** @throws Problem where the caller's level does not include the one that a method needs */
export function requireLevel(caller: Caller, needed: Level, version: Version): void {
  if (hasLevel(caller, needed)) return;
  const message = `You don't have the necessary permissions to perform this action (required level: '${needed}')`;
  const bare = version === 2 && caller === ANONYMOUS;
  throw new Problem(bare ? "missing_authentication" : "permission_denied", message);
}

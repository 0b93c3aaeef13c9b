import { Problem } from "../problem.ts";
import { hashSecret, sameSecret } from "../random.ts";
import { LEVELS, type Level, type Records } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import { oauthCaller } from "./oauth.ts";
import type { Version } from "./envelope.ts";

export type Caller = {
  level: Level;
  /** The user that uploads belong to: a key is a user. 0 for the operator's own key and nobody. */
  userId: number;
};

export const ANONYMOUS: Caller = { level: "anonymous", userId: 0 };

export type Credentials = {
  records: Records;
  secret: SiteSecret;
  /** REDEEM_API_KEY. */
  operatorKey: string | undefined;
  publicUrl: () => string;
  now: () => number;
};

/**
 * Who is calling. No credential is anonymous; a wrong one is an error, never silently anonymous.
 * @param params the request's query and urlencoded fields, which OAuth signs
 * @throws Problem invalid_signature
 */
export async function authenticate(
  request: Request,
  params: ReadonlyMap<string, string>,
  credentials: Credentials,
): Promise<Caller> {
  const header = request.headers.get("authorization")?.trim() ?? "";
  const signed = await oauthCaller(request, header, params, credentials);
  if (signed) return signed;
  if (header === "") return ANONYMOUS;
  const key = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  if (key === undefined) {
    throw new Problem(
      "invalid_signature",
      "The Authorization header must be 'Bearer' and an API key.",
    );
  }
  return callerOf(key, credentials);
}

async function callerOf(key: string, { records, operatorKey }: Credentials): Promise<Caller> {
  if (operatorKey !== undefined && sameSecret(key, operatorKey))
    return { level: "super", userId: 0 };
  const known = await records.keys.byHash(hashSecret(key));
  if (!known || known.revokedAt !== null) {
    throw new Problem("invalid_signature", "The API key is not valid.");
  }
  return { level: known.level, userId: known.id };
}

/** @throws Problem where the caller's level does not include the one that a method needs */
export function requireLevel(caller: Caller, needed: Level, version: Version): void {
  if (LEVELS.indexOf(caller.level) >= LEVELS.indexOf(needed)) return;
  const message = `You don't have the necessary permissions to perform this action (required level: '${needed}')`;
  const bare = version === 2 && caller === ANONYMOUS;
  throw new Problem(bare ? "missing_authentication" : "permission_denied", message);
}

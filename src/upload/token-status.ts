import { refusedToken } from "../problem.ts";
import { hashSecret } from "../random.ts";
import type { Records, UploadToken, Uses } from "../records/records.ts";
import { tokenStanding } from "../records/tokens.ts";
import { requireOrigin } from "./token.ts";

/**
 * How an upload token stands (protocol 4.8), in the order in which one of these outweighs the others:
 * - `revoked`, `used` (every use has become a photo), `expired` (no upload may begin any more);
 * - `busy`: uses are left, and an upload under way holds each of them at this moment;
 * - `open`: an upload may begin.
 */
export type StandingState = "open" | "busy" | "used" | "expired" | "revoked";

export type Standing = { token: UploadToken; state: StandingState; uses: Uses };

/**
 * How a token stands at this moment, also one that takes nothing any more.
 * @returns undefined where there is no upload token of this text
 */
export async function standingOf(
  { tokens }: Pick<Records, "tokens">,
  uploadToken: string,
  now: number,
): Promise<Standing | undefined> {
  const token = await tokens.byHash(hashSecret(uploadToken));
  if (!token || token.direct || token.replaces !== null) return undefined;
  const uses = await tokens.uses(token.id, now);
  return { token, uses, state: stateOf(token, uses, now) };
}

/** The same for a request. @throws Problem invalid_upload_token, origin_refused */
export async function requireStanding(
  records: Pick<Records, "tokens">,
  uploadToken: string,
  origin: string | null,
  now: number,
): Promise<Standing> {
  const standing = await standingOf(records, uploadToken, now);
  if (!standing) throw refusedToken.unknown();
  requireOrigin(standing.token, origin);
  return standing;
}

function stateOf(token: UploadToken, { free }: Uses, now: number): StandingState {
  const state = tokenStanding(token, now);
  return state === "open" && free === 0 ? "busy" : state;
}

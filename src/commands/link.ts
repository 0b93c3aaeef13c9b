import { publicUrlOf, type Settings } from "../config.ts";
import type { Records, UploadToken } from "../records/records.ts";

/** What the address of a link begins with: as set, or else as the server that ran last had it. */
export async function addressOf(records: Records, config: Settings): Promise<string> {
  const set = config.REDEEM_PUBLIC_URL && publicUrlOf(config, config.REDEEM_PORT);
  return set || (await records.publicUrl()) || publicUrlOf(config, config.REDEEM_PORT);
}

/** Whether an upload token may still start uploads, and why not. */
export function stateOf(token: UploadToken, now: number): string {
  if (token.revokedAt !== null) return "revoked";
  if (token.consumed >= token.maxUploads) return "used up";
  return now > token.validUntil ? "expired" : "valid";
}

import { publicUrlOf, type Settings } from "../config.ts";
import type { TokenStanding, Records, UploadToken } from "../records/records.ts";
import { tokenStanding } from "../records/tokens.ts";

/** What the address of a link begins with: as set, or else as the server that ran last had it. */
export async function addressOf(records: Records, config: Settings): Promise<string> {
  const set = config.REDEEM_PUBLIC_URL && publicUrlOf(config, config.REDEEM_PORT);
  return set || (await records.publicUrl()) || publicUrlOf(config, config.REDEEM_PORT);
}

const WORDS: Record<TokenStanding, string> = {
  open: "valid",
  used: "used up",
  expired: "expired",
  revoked: "revoked",
};

/** Whether an upload token may still start uploads, and why not. */
export function stateOf(token: UploadToken, now: number): string {
  return WORDS[tokenStanding(token, now)];
}

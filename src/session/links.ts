import { hashSecret, newSecret } from "../random.ts";
import type { Records } from "../records/records.ts";

/** How long a link of `redeem open` may be used, in milliseconds. */
const LINK_MS = 15 * 60_000;

/** How long a link is on record, so that its page can say why it does not work any more; in milliseconds. */
export const LINK_KNOWN_MS = 24 * 60 * 60_000;

/** unknown: there was no such link, or it was deleted long after its end. */
export type LinkState = "open" | "used" | "expired" | "unknown";

/**
 * Makes a link that signs in once (protocol 9). Its secret is in the returned address alone; on record is its hash.
 * @param keyId the API key that it signs in with; null for the operator, with all rights
 * @param url public address of the site
 * @param now milliseconds since 1970
 * @returns its address
 */
export async function issueLink(
  { sessions }: Pick<Records, "sessions">,
  { url, keyId, now }: { url: string; keyId: number | null; now: number },
): Promise<string> {
  const secret = newSecret();
  await sessions.addLink({
    hash: hashSecret(secret),
    keyId,
    createdAt: now,
    expiresAt: now + LINK_MS,
  });
  return `${url}/archive/open/${secret}`;
}

/** Whether a link may still be used. Asking does not use it up. @param now milliseconds since 1970 */
export async function stateOfLink(
  { sessions }: Pick<Records, "sessions">,
  secret: string,
  now: number,
): Promise<LinkState> {
  const link = await sessions.linkByHash(hashSecret(secret));
  if (!link) return "unknown";
  if (link.usedAt !== null) return "used";
  return now > link.expiresAt ? "expired" : "open";
}

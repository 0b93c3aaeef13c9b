import { hashSecret, newSecret } from "../random.ts";
import type { Records } from "../records/records.ts";

/** How long a link may be used, in milliseconds. */
const LINK_MS = 15 * 60_000;

/** How long it is known why an ended one does not work. */
export const LINK_KNOWN_MS = 24 * 60 * 60_000;

export type LinkState = "open" | "used" | "expired" | "unknown";

/**
 * Makes a link that signs in once. Its secret is in the answer alone; on record it is hashed.
 * @param keyId the API key that it signs in with; null for the operator, with all rights
 * @param url public address of the site
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

/** Whether a link may be used; to look does not use it. */
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

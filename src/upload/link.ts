import { Problem } from "../problem.ts";
import type { Events } from "../events.ts";
import type { Records, TokenSet, TokenView, UploadToken } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import { oneLine } from "../photo/text.ts";
import { readMetadata } from "./metadata.ts";

/**
 * The address of a token's ready-made page; undefined where it has none: a replace token, one of an earlier version, which
 * kept the hash alone (`unknown`), or one that another secret has sealed (`sealed`).
 */
export async function pageAddress(
  { records, secret }: { records: Pick<Records, "tokens">; secret: Pick<SiteSecret, "unseal"> },
  { id, replaces }: Pick<UploadToken, "id" | "replaces">,
  publicUrl: string,
): Promise<{ url: string } | { none: "replaces" | "unknown" | "sealed" }> {
  if (replaces !== null) return { none: "replaces" };
  const sealed = await records.tokens.sealed(id);
  if (!sealed) return { none: "unknown" };
  try {
    return { url: `${publicUrl}/upload/${secret.unseal(sealed)}` };
  } catch {
    return { none: "sealed" };
  }
}

/** Whose tokens somebody may look at and change: their own user's, or all. */
export type Reach = { userId: number } | "all";

/** What may be changed of a token by whoever made it. Text that is empty takes away what was there. */
export type LinkChange = {
  /** From now on. */
  valid_minutes?: number | undefined;
  max_uploads?: number | undefined;
  title?: string | undefined;
  description?: string | undefined;
  sender?: string | undefined;
};

export type LinkContext = {
  records: Pick<Records, "tokens">;
  events: Pick<Events, "emit">;
  now: () => number;
};

export function noSuchUploadToken(): Problem {
  return new Problem("no_such_upload_token", "There is no such upload token.");
}

/** Whether there is such a token for whoever has this reach: nobody is told of those of others. */
export function isInReach(token: UploadToken | undefined, reach: Reach): token is UploadToken {
  if (!token || token.direct) return false;
  return reach === "all" || token.userId === reach.userId;
}

/**
 * Changes how long a token may start uploads, for how many files, and what it says (protocol 6.3).
 * @throws Problem no_such_upload_token; invalid_input where it is revoked, or fewer files are wanted than have come or
 * are under way
 */
export async function changeLink(
  { records, events, now }: LinkContext,
  id: number,
  reach: Reach,
  change: LinkChange,
): Promise<UploadToken> {
  const at = now();
  const token = await records.tokens.transact(id, at, (view) =>
    decideChange(view, reach, change, at),
  );
  if (!token) throw noSuchUploadToken();
  events.emit({ kind: "token changed", token: id, what: "updated" });
  return token;
}

/** @throws Problem as `changeLink` */
function decideChange(
  { token, uses }: TokenView,
  reach: Reach,
  change: LinkChange,
  now: number,
): TokenSet {
  if (!isInReach(token, reach)) throw noSuchUploadToken();
  if (token.revokedAt !== null) {
    throw new Problem("invalid_input", "The upload token is revoked; make a new one.");
  }
  const { title, description, valid_minutes: minutes, max_uploads: most } = change;
  const set: TokenSet = readMetadata({ title, description }, now);
  if (change.sender !== undefined) set.sender = oneLine(change.sender);
  if (minutes !== undefined) {
    set.validMinutes = minutes;
    set.validUntil = now + minutes * 60_000;
  }
  if (most !== undefined) {
    const least = uses.consumed + uses.reserved;
    if (most < least) {
      throw new Problem(
        "invalid_input",
        `max_uploads must be at least ${least}, since so many files have come or are under way, not ${most}.`,
      );
    }
    set.maxUploads = most;
  }
  return set;
}

/**
 * Nothing begins or goes on with the token from now on. One that is revoked already stays as it is.
 * @throws Problem no_such_upload_token
 */
export async function revokeLink(
  { records, events, now }: LinkContext,
  id: number,
  reach: Reach,
): Promise<UploadToken> {
  if (!isInReach(await records.tokens.byId(id), reach)) throw noSuchUploadToken();
  if (await records.tokens.revoke(id, now())) {
    events.emit({ kind: "token changed", token: id, what: "revoked" });
  }
  const token = await records.tokens.byId(id);
  if (!token) throw noSuchUploadToken();
  return token;
}

import { Problem, refusedToken } from "../problem.ts";
import { AGAIN_MS, decideUndecided } from "./rules.ts";
import { kindOf, noUse } from "./token.ts";
import type { Body, Owner, UploadContext } from "./types.ts";

/** What holds for a body while it is undecided: not known yet to be a chunk, or a whole file (protocol 4.1). */

/**
 * How many times as long (REDEEM_UNDECIDED_LIMIT) an undecided body may take whose upload token came first: 128 MiB in
 * four hours are 9 KiB/s.
 */
const TOKEN_FIRST_LIMIT = 8;

/** Sets the limit on the time that an undecided body may take: its bytes hold no use, and occupy the disk. */
export function limitTime(body: Body, undecidedMs: number, tokenFirst: boolean): void {
  // With a token that is valid it may take longer: a form on a slow line is the normal case.
  const limit = undecidedMs * (tokenFirst ? TOKEN_FIRST_LIMIT : 1);
  const why = tokenFirst
    ? "The request takes too long for one that may be a chunk; send a chunk's parameters before its file."
    : "The request takes too long for one whose upload token is behind its file.";
  body.endBy(performance.now() + limit, () => new Problem("request_timeout", why));
}

/**
 * Refuses an undecided body at once where nothing could become of it: no use is free, and no upload of the
 * token is unfinished that the body could be a chunk of (protocol 4.1).
 * @returns false where its bytes are of no use, but its parameters may be
 */
export async function isWanted(context: UploadContext, owner: Owner): Promise<boolean> {
  const { token, unsaved } = owner;
  // A file without a token has a direct token of its own, whose use nobody else can hold.
  if (unsaved) return true;
  const now = context.now();
  const prospects = await context.records.uploads.prospects(token.id, now, now - AGAIN_MS);
  const decided = decideUndecided(token, prospects, now, context.graceMs);
  switch (decided) {
    case "keep":
      return true;
    case "parameters only":
      return false;
    case "expired":
      throw refusedToken.expired(kindOf(token));
    case "used":
      throw noUse(token, "used", true);
    case "held":
      // What holds it may be over, and not deleted yet.
      if (await context.deletions.retry(token.id)) return isWanted(context, owner);
      throw noUse(token, "held", true);
  }
}

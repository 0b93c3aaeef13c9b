import { Problem, refusedToken } from "../problem.ts";
import { hashSecret, randomName } from "../random.ts";
import type { NewUploadToken, Records, UploadToken } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import { tokenState } from "./rules.ts";
import type { Owner } from "./types.ts";

export type Grant = Omit<NewUploadToken, "hash" | "sealedToken" | "createdAt" | "validUntil">;

/** Characters of an upload token (protocol 3). */
const TOKEN_LENGTH = 64;

/** Grants uploads. The token itself is in this answer; on record it is hashed, and sealed so that it can be shown again. */
export async function issueToken(
  { records, secret }: { records: Records; secret: Pick<SiteSecret, "seal"> },
  grant: Grant,
  now: number,
): Promise<{ uploadToken: string; token: UploadToken }> {
  const uploadToken = randomName(TOKEN_LENGTH);
  const token = await records.tokens.add({
    ...grant,
    hash: hashSecret(uploadToken),
    sealedToken: secret.seal(uploadToken),
    createdAt: now,
    validUntil: now + grant.validMinutes * 60_000,
  });
  return { uploadToken, token };
}

/**
 * The token behind what a client sent.
 * @param origin the web origin that the request comes from, if a browser said so
 * @throws Problem invalid_upload_token where there is none, or it was revoked;
 * origin_refused where the token may be redeemed from another origin only (protocol 5)
 */
export async function findOwner(
  records: Records,
  uploadToken: string | undefined,
  origin: string | null,
): Promise<Owner> {
  const token = uploadToken ? await records.tokens.byHash(hashSecret(uploadToken)) : undefined;
  if (!uploadToken || !token || token.revokedAt !== null) throw refusedToken.unknown();
  if (token.origin !== null && origin !== null && origin !== token.origin) {
    throw new Problem("origin_refused", "The upload token may not be used from this web origin.");
  }
  return { token, uploadToken };
}

/** @throws Problem invalid_upload_token where the token has expired: no upload may begin */
export function requireStart(token: UploadToken, now: number): void {
  if (tokenState(token, now, 0) !== "open") throw refusedToken.expired();
}

/**
 * The problem of a request that got no use of its token (protocol 4.1).
 * @param mayWait whether the upload that holds the last use may be an earlier try of this very file, on a connection
 *   that hangs: then the file is asked for again, not refused for good. False for a chunk: its own
 *   upload is known by its identity, and holds none
 */
export function noUse(why: "used" | "held" | "too many", mayWait: boolean): Problem {
  if (why === "too many") {
    return new Problem(
      "temporarily_unavailable",
      "Too many uploads were begun with this upload token and not finished; try again later.",
    );
  }
  if (why === "used" || !mayWait) return refusedToken.used();
  return new Problem(
    "temporarily_unavailable",
    "Another file holds the last use of the upload token at this moment; try again.",
  );
}

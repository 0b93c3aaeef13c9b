import { Problem, refusedToken } from "../problem.ts";
import { hashSecret, randomName } from "../random.ts";
import type { NewUploadToken, Records, UploadToken } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";

export type Grant = Omit<NewUploadToken, "hash" | "sealedToken" | "createdAt" | "validUntil">;

/** Characters of an upload token (protocol 3). */
const TOKEN_LENGTH = 64;

/** Grants uploads. The token itself is in this answer; on record it is hashed, and sealed for who shows it again. */
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
export async function findToken(
  records: Records,
  uploadToken: string | undefined,
  origin: string | null,
): Promise<UploadToken> {
  const known = uploadToken ? await records.tokens.byHash(hashSecret(uploadToken)) : undefined;
  if (!known || known.revokedAt !== null) throw refusedToken.unknown();
  if (known.origin !== null && origin !== null && origin !== known.origin) {
    throw new Problem("origin_refused", "The upload token may not be used from this web origin.");
  }
  return known;
}

/** @throws Problem invalid_upload_token where it is too late to start an upload */
export function requireStart(token: UploadToken, now: number): void {
  if (now > token.validUntil) throw refusedToken.expired();
}

/** @throws Problem invalid_upload_token where it is too late even for one that has started */
export function requireGoingOn(token: UploadToken, now: number, graceMs: number): void {
  if (now > token.validUntil + graceMs) throw refusedToken.expired();
}

/** Every use that is left is held by another upload, which may yet fail: nobody has had it for good. */
export function useHeld(): Problem {
  return new Problem(
    "temporarily_unavailable",
    "Another file holds the last use of the upload token at this moment; try again.",
  );
}

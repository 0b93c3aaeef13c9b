import { noSuchPhoto, Problem, refusedToken, type TokenKind } from "../problem.ts";
import { hashSecret, randomName } from "../random.ts";
import type { NewUploadToken, Photo, Records, UploadToken } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import { isPresent, tokenState } from "./rules.ts";
import type { Owner } from "./types.ts";

export type Grant = Omit<
  NewUploadToken,
  "hash" | "sealedToken" | "createdAt" | "validUntil" | "direct"
>;

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
    direct: false,
    createdAt: now,
    validUntil: now + grant.validMinutes * 60_000,
  });
  return { uploadToken, token };
}

/** What a token is called in words. Whoever holds a token and meets a direct one has come with an upload token (`uploaderClaim`). */
export function kindOf({ replaces, direct }: Pick<UploadToken, "replaces" | "direct">): TokenKind {
  return replaces === null || direct ? "upload" : "replace";
}

/**
 * The token of this text, if it is of the wanted kind: one of another kind counts as unknown.
 * @param origin the web origin of another site's page that the request comes from, if a browser said so
 * @throws Problem invalid_upload_token where there is none, or it was revoked;
 * origin_refused where the token may be redeemed from another origin only (protocol 5)
 */
export async function findOwner(
  records: Records,
  uploadToken: string | undefined,
  origin: string | null,
  kind: TokenKind = "upload",
): Promise<Owner> {
  const token = uploadToken ? await records.tokens.byHash(hashSecret(uploadToken)) : undefined;
  const isKnown = token !== undefined && !token.direct && kindOf(token) === kind;
  if (!uploadToken || !isKnown || token.revokedAt !== null) throw refusedToken.unknown(kind);
  requireOrigin(token, origin);
  return { token, uploadToken };
}

/** @throws Problem origin_refused where the token may be used from another web origin only (protocol 5) */
export function requireOrigin(token: UploadToken, origin: string | null): void {
  if (token.origin === null || origin === null || origin === token.origin) return;
  throw new Problem(
    "origin_refused",
    `The ${kindOf(token)} token may not be used from this web origin.`,
  );
}

/**
 * A photo that somebody wants to change.
 * @throws Problem no_such_photo where it is not there, or in the trash
 */
export async function requirePhoto(
  { photos }: Pick<Records, "photos">,
  id: number,
): Promise<Photo> {
  const photo = await photos.byId(id);
  if (!isPresent(photo)) throw noSuchPhoto();
  return photo;
}

/** Whether the photo has gone that a token's files are for: nothing can become of these. */
export async function hasLostPhoto(
  { photos }: Pick<Records, "photos">,
  { replaces }: Pick<UploadToken, "replaces">,
): Promise<boolean> {
  return replaces !== null && !isPresent(await photos.byId(replaces));
}

/** @throws Problem invalid_upload_token where the token has expired: no upload may begin */
export function requireStart(token: UploadToken, now: number): void {
  if (tokenState(token, now, 0) !== "open") throw refusedToken.expired(kindOf(token));
}

/**
 * The problem of a request that got no use of its token (protocol 4.1).
 * @param mayWait whether the upload that holds the last use may be an earlier try of this very file, on a connection
 *   that hangs: then the file is asked for again, not refused for good. False for a chunk: its own
 *   upload is known by its identity, and holds none
 */
export function noUse(
  token: Pick<UploadToken, "replaces" | "direct">,
  why: "used" | "held" | "too many",
  mayWait: boolean,
): Problem {
  const kind = kindOf(token);
  if (why === "too many") {
    return new Problem(
      "temporarily_unavailable",
      `Too many uploads were begun with this ${kind} token and not finished; try again later.`,
    );
  }
  if (why === "used" || !mayWait) return refusedToken.used(kind);
  return new Problem(
    "temporarily_unavailable",
    `Another file holds the last use of the ${kind} token at this moment; try again.`,
  );
}

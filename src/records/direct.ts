import type { Photo } from "./photos.ts";
import type { NewUploadToken, TokenMetadata, UploadToken } from "./tokens.ts";
import type { Identity, Upload } from "./uploads.ts";

/**
 * Files that a caller sends without a token: by its own credential, or by that of a photo's upload token. Each has a direct
 * token, a row that nobody can redeem, by which everything else holds for it that holds for others: uses, uploads,
 * chunks, metadata. Where its uploads have to be found again, it is kept under a key.
 */

/** What hashes of direct tokens begin with: no token has a text with such a hash. */
const DIRECT = "direct:";

/** Under which a direct token is kept in place of a hash. */
export function directHash(key: string): string {
  return DIRECT + key;
}

/** Where the direct tokens are kept by which the holder of an upload token replaces its photos. */
export function replacingHash(tokenId: number, photoId: number): string {
  return directHash(`token:${tokenId}:${photoId}`);
}

/** The range of these hashes, for all photos of the token: from the first, to before the last. */
export function replacingHashes(tokenId: number): [from: string, before: string] {
  return [directHash(`token:${tokenId}:`), directHash(`token:${tokenId};`)];
}

export type DirectView = {
  /** The direct token under the hash. */
  token: UploadToken | undefined;
  /** Its upload with the identity. */
  upload: Upload | undefined;
  /** Where that is finished: the photo that it made, or made a new original for. */
  photo: Photo | undefined;
};

export type DirectDecision =
  /** A new token under the hash. One that is there makes way: it stays, with what came by it, and is not found any more. */
  | { do: "begin"; token: NewUploadToken }
  /** The one that is there, with these changes. */
  | { do: "go on"; set: Partial<TokenMetadata & Pick<UploadToken, "validUntil">> }
  | { do: "nothing" };

export interface DirectRecords {
  /**
   * One transaction on the direct token under a hash. `decide` must be a pure function, which may be asked again.
   * @returns the token that is there now
   */
  transact(
    at: { hash: string; identity: Identity | null },
    decide: (view: DirectView) => DirectDecision,
  ): Promise<UploadToken | undefined>;
  /** Deletes a direct token that nothing has come by. */
  delete(id: number): Promise<void>;
}

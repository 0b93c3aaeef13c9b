import type { Extra } from "./extra.ts";

/** What the upload page may ask of whoever sends files. */
export const ASK_FIELDS = ["name", "note"] as const;
export type AskField = (typeof ASK_FIELDS)[number];

export type UploadToken = {
  id: number;
  createdAt: number;
  validMinutes: number;
  validUntil: number;
  maxUploads: number;
  /** Uses that have become photos. */
  consumed: number;
  title: string;
  description: string;
  tags: string;
  albumId: string;
  userId: number;
  publish: boolean;
  publishDate: number | null;
  absoluteUrl: string;
  returnUrl: string;
  backgroundReturn: boolean;
  maxSize: number | null;
  types: string[] | null;
  origin: string | null;
  extra: Extra;
  revokedAt: number | null;
  /** The photo that gets a new original; null for an upload token, whose files become new photos. */
  replaces: number | null;
  /** It stands for files that a caller sends without a token (direct.ts): nobody can redeem it, and it is not listed. */
  direct: boolean;
  /** Who asks for the files, for the upload page; empty where nobody is named. */
  sender: string;
  /** What the upload page asks a guest beside the files. */
  ask: readonly AskField[];
  /** Of the passphrase that its holder has to know, made slowly (upload/passphrase.ts); null where none is needed. It is answered to nobody. */
  passphraseHash: string | null;
};

/** What a token says of the photos that come with it. */
export type TokenMetadata = Pick<
  UploadToken,
  | "title"
  | "description"
  | "tags"
  | "albumId"
  | "userId"
  | "publish"
  | "publishDate"
  | "absoluteUrl"
>;

export type NewUploadToken = Omit<UploadToken, "id" | "consumed" | "revokedAt"> & {
  hash: string;
  /** The token itself, sealed (secret.ts). Null for a direct one, which has no text. */
  sealedToken: string | null;
};

/** Uses of a token at a moment. */
export type Uses = {
  /** They have become photos. */
  consumed: number;
  /** Uploads under way hold them. */
  reserved: number;
  /** What can be had. */
  free: number;
};

/**
 * How an upload or replace token stands, in a word: it was revoked; every use has become a photo; its time is over; or it
 * takes files. Of several the first that is true.
 */
export type TokenStanding = "revoked" | "used" | "expired" | "open";

export function tokenStanding(
  {
    revokedAt,
    consumed,
    maxUploads,
    validUntil,
  }: Pick<UploadToken, "revokedAt" | "consumed" | "maxUploads" | "validUntil">,
  now: number,
): TokenStanding {
  if (revokedAt !== null) return "revoked";
  if (consumed >= maxUploads) return "used";
  return now > validUntil ? "expired" : "open";
}

/** Upload and replace tokens that meet all that is said. */
export type TokenFilter = {
  tokenId?: number;
  /** Of this owner. */
  userId?: number;
  /** That stand so at this moment. */
  state?: { is: TokenStanding; now: number };
  /** Has each of these words in its title or sender, the last perhaps not to its end. */
  search?: string;
  /** Those behind this id in the order of the list. */
  after?: number;
  limit: number;
};

/** What may be changed of a token once it is there. */
export type TokenSet = Partial<
  Pick<
    UploadToken,
    "validMinutes" | "validUntil" | "maxUploads" | "title" | "description" | "sender"
  >
>;

/** What a decision about a token is made from: read inside its transaction. */
export type TokenView = {
  /** Undefined where there is none. */
  token: UploadToken | undefined;
  /** At this moment. */
  uses: Uses;
};

export interface TokenRecords {
  /** On the disk when it answers; but for a direct one, of which nobody is told. */
  add(token: NewUploadToken): Promise<UploadToken>;
  byHash(hash: string): Promise<UploadToken | undefined>;
  byId(id: number): Promise<UploadToken | undefined>;
  /** The token itself, sealed; null for one that was made before these were kept. Never part of the record. */
  sealed(id: number): Promise<string | null | undefined>;
  /**
   * The newest upload and replace tokens, newest first, and how many there are in all.
   * @param limit undefined for all of them
   */
  list(limit: number | undefined): Promise<{ tokens: UploadToken[]; total: number }>;
  /**
   * Those that meet a filter, newest first.
   * @returns `next`: the id to go on behind, where there are more
   */
  page(filter: TokenFilter): Promise<{ tokens: UploadToken[]; next?: number }>;
  /**
   * One transaction on a token, which is on the disk when this answers: what `decide` sees stays true until what it decides is
   * written. It must be a pure function. Where it throws, nothing is written, and this throws the same.
   * @returns the token as it is now
   */
  transact(
    id: number,
    now: number,
    decide: (view: TokenView) => TokenSet,
  ): Promise<UploadToken | undefined>;
  /** Revokes it, and the direct ones by which its holder replaces photos. False where there is none that could be revoked. */
  revoke(id: number, at: number): Promise<boolean>;
  /** Deletes tokens that expired before then and have no upload, in slices; yields how many each deleted. */
  pruneExpired(before: number): AsyncIterable<number>;
  /** Its uses at this moment; all of them 0 where there is no such token. */
  uses(id: number, now: number): Promise<Uses>;
  /** Uses that are neither consumed nor reserved at this moment. */
  free(id: number, now: number): Promise<number>;
}

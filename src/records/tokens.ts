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
  /** Revokes it, and the direct ones by which its holder replaces photos. False where there is none that could be revoked. */
  revoke(id: number, at: number): Promise<boolean>;
  /** Deletes tokens that expired before then and have no upload, in slices; yields how many each deleted. */
  pruneExpired(before: number): AsyncIterable<number>;
  /** Its uses at this moment; all of them 0 where there is no such token. */
  uses(id: number, now: number): Promise<Uses>;
  /** Uses that are neither consumed nor reserved at this moment. */
  free(id: number, now: number): Promise<number>;
}

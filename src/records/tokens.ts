import type { Extra } from "./extra.ts";

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
};

export type NewUploadToken = Omit<UploadToken, "id" | "consumed" | "revokedAt"> & {
  hash: string;
  /** The token itself, sealed (secret.ts). */
  sealedToken: string;
};

export interface TokenRecords {
  add(token: NewUploadToken): Promise<UploadToken>;
  byHash(hash: string): Promise<UploadToken | undefined>;
  byId(id: number): Promise<UploadToken | undefined>;
  /** The token itself, sealed; null for one that was made before these were kept. Never part of the record. */
  sealed(id: number): Promise<string | null | undefined>;
  /**
   * The newest upload tokens, newest first, and how many there are in all.
   * @param limit undefined for all of them
   */
  list(limit: number | undefined): Promise<{ tokens: UploadToken[]; total: number }>;
  revoke(id: number, at: number): Promise<boolean>;
  /** Deletes tokens that expired before then and have no upload, in slices; yields how many each deleted. */
  pruneExpired(before: number): AsyncIterable<number>;
  /** Uses that are neither consumed nor reserved at this moment. */
  free(id: number, now: number): Promise<number>;
}

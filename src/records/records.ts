import type { PhotoRecords } from "./photos.ts";
import type { ChunkRecords, LeftoverRecords, UploadRecords } from "./uploads.ts";

export type * from "./photos.ts";
export type * from "./uploads.ts";

/**
 * Metadata: what Redeem knows about keys, upload tokens, uploads, photos and callbacks. One
 * implementation today (sqlite/); every function answers a promise so that nothing above knows which.
 * None takes longer than a few milliseconds at once, however many rows there are: what is long yields
 * slices, and whoever takes them lets others have a turn in between (slices.ts).
 * Times are milliseconds since 1970 throughout.
 */
export interface Records {
  keys: KeyRecords;
  tokens: TokenRecords;
  uploads: UploadRecords;
  chunks: ChunkRecords;
  leftovers: LeftoverRecords;
  photos: PhotoRecords;
  deliveries: DeliveryRecords;
  nonces: NonceRecords;
  /** The address that the server was last reached under, for commands that print links. */
  publicUrl(): Promise<string | undefined>;
  notePublicUrl(url: string): Promise<void>;
  /** Whether the server that ran last listed photos for everybody, for commands that say who sees them. */
  isListPublic(): Promise<boolean | undefined>;
  noteListPublic(isPublic: boolean): Promise<void>;
  /** What was noted last of the clocks (upload/ages.ts). */
  clock(): Promise<Clock | undefined>;
  noteClock(clock: Clock): Promise<void>;
  close(): Promise<void>;
}

export type Clock = {
  /** Milliseconds that servers have served on this folder, all together. */
  served: number;
  /** Stretches of it without a jump of the wall clock: what that said at the begin, and when it was. */
  eras: { wall: number; from: number; until: number }[];
};

export const LEVELS = ["none", "anonymous", "read", "write", "admin", "super"] as const;
export type Level = (typeof LEVELS)[number];

export type ApiKey = {
  id: number;
  name: string;
  level: Level;
  createdAt: number;
  revokedAt: number | null;
};

export interface KeyRecords {
  add(key: { hash: string; name: string; level: Level; createdAt: number }): Promise<ApiKey>;
  byHash(hash: string): Promise<ApiKey | undefined>;
  byId(id: number): Promise<ApiKey | undefined>;
  list(): Promise<ApiKey[]>;
  /** False where there is no such key, or it is revoked already. */
  revoke(id: number, at: number): Promise<boolean>;
}

/** Parameters that are handed through, in order; a name may come once. */
export type Extra = Record<string, string>;

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
  /** Forgets tokens that expired before then and have no upload, in slices; yields how many at a time. */
  dropExpired(before: number): AsyncIterable<number>;
  /** Uses that are neither consumed nor reserved at this moment. */
  free(id: number, now: number): Promise<number>;
}

/** One request to a return_url, as it will be made. */
export type NewDelivery = {
  id: string;
  method: "GET" | "POST";
  /** Of the address, with its port. */
  host: string;
  url: string;
  body: string;
};

export type Delivery = NewDelivery & {
  createdAt: number;
  attempts: number;
};

export interface DeliveryRecords {
  /**
   * Those whose time has come, the longest waiting first; none to these hosts.
   * @param latest no delay ends after this moment: what is later was set by a clock that was ahead, and
   *   counts as due
   */
  due(
    now: number,
    limit: number,
    exceptHosts: readonly string[],
    latest?: number,
  ): Promise<Delivery[]>;
  /** Takes the ends of those that ended after now, by a clock that was ahead, for now. In slices, too. */
  clampClosed(now: number): AsyncIterable<number>;
  /** Forgets those that ended before then, in slices; yields how many at a time. */
  dropClosed(before: number): AsyncIterable<number>;
  /** When the next one is due, after this moment and not later than `latest`. */
  nextAt(after: number, latest?: number): Promise<number | undefined>;
  /** Where it seems to have been recorded later than that, by a clock that was ahead, it was recorded then. */
  retryAt(id: string, at: number, error: string): Promise<void>;
  /** Delivered or given up: its address, which holds the upload token, is forgotten. */
  close(
    id: string,
    state: "delivered" | "given-up",
    error: string | null,
    now: number,
  ): Promise<void>;
}

export interface NonceRecords {
  /**
   * Uses a nonce of a request that was signed at that time, and forgets some that were signed before another.
   * @returns false where it was used before, in this process or an earlier one
   */
  use(hash: string, at: number, forgetBefore: number): Promise<boolean>;
}

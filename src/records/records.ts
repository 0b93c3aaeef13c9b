/**
 * Metadata: what Redeem knows about keys, upload tokens, uploads, photos and callbacks. One
 * implementation today (sqlite/); every function answers a promise so that nothing above knows which.
 * Times are milliseconds since 1970 throughout.
 */
export interface Records {
  keys: KeyRecords;
  tokens: TokenRecords;
  uploads: UploadRecords;
  photos: PhotoRecords;
  deliveries: DeliveryRecords;
  /** The address that the server was last reached under, for commands that print links. */
  publicUrl(): Promise<string | undefined>;
  notePublicUrl(url: string): Promise<void>;
  /**
   * The machine that runs this process is in this boot. In another one than before, chunks whose
   * bytes may not have reached the disk are forgotten: they will be asked for again.
   * @returns how many were forgotten
   */
  enterBoot(bootId: string): Promise<number>;
  close(): Promise<void>;
}

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

export type NewUploadToken = Omit<UploadToken, "id" | "consumed" | "revokedAt"> & { hash: string };

export interface TokenRecords {
  add(token: NewUploadToken): Promise<UploadToken>;
  byHash(hash: string): Promise<UploadToken | undefined>;
  byId(id: number): Promise<UploadToken | undefined>;
  /** Newest first. */
  list(limit: number): Promise<UploadToken[]>;
  revoke(id: number, at: number): Promise<boolean>;
  /** Forgets tokens that expired before then and have no upload. Answers how many. */
  dropExpired(before: number): Promise<number>;
  /** Uses that are neither consumed nor reserved at this moment. */
  free(id: number, now: number): Promise<number>;
}

/** What makes chunks belong to one upload, beside the upload token (protocol 4.2). */
export type Identity = {
  identifier: string;
  totalSize: number;
  chunkSize: number;
  filename: string;
};

export type UploadState = "receiving" | "finished" | "failed";

export type Upload = {
  /** Also the id of the photo that it becomes. */
  id: number;
  tokenId: number;
  /** Null for a whole file. */
  identity: Identity | null;
  filename: string;
  state: UploadState;
  /** Bytes recorded so far. */
  received: number;
  /** The upload token, sealed, where a callback may have to name it when nobody asks (secret.ts). */
  sealedToken: string | null;
  /** Counts while it is receiving and younger than the lapse. */
  lastByteAt: number;
  /** By content, once known. */
  type: string | null;
  extra: Extra;
  /** What Resumable.js said of the file, never needed. */
  told: Extra;
  failure: { code: string; message: string } | null;
};

export type ByteRange = { start: number; length: number };

/** A use of a token could be had, or why not. */
export type Reservation = { reserved: true; upload: Upload } | { reserved: false };

export interface UploadRecords {
  byIdentity(tokenId: number, identity: Identity): Promise<Upload | undefined>;
  /**
   * Begins a chunked upload, or goes on with it, holding a use of its token: a lapsed one reserves
   * again, a failed one starts over. Undecided whole files of the same name do not stand in its way:
   * they may turn out to be this upload's chunks.
   */
  reserveChunked(request: {
    tokenId: number;
    identity: Identity;
    told: Extra;
    sealedToken: string | null;
    /** A whole file's record whose use this one takes over. */
    insteadOf?: number | undefined;
    now: number;
  }): Promise<Reservation>;
  /**
   * Begins a whole file, holding a use of its token.
   * `undecided`: fields that make it a chunk may still come behind the file.
   */
  beginWhole(request: {
    tokenId: number;
    filename: string;
    undecided: boolean;
    now: number;
  }): Promise<Reservation>;
  /** Whether the token has a chunked upload or an undecided file that a chunk may belong to. */
  mayBeChunk(tokenId: number): Promise<boolean>;
  /** Uploads of a token that are no photos: under way, lapsed or failed. */
  unfinishedOf(tokenId: number): Promise<number>;
  /** Bytes that live uploads in chunks still lack, all of them together. */
  promised(now: number): Promise<number>;
  /** Whether its reservation has not lapsed. */
  holdsUse(uploadId: number, now: number): Promise<boolean>;
  hasStored(uploadId: number, range: ByteRange): Promise<boolean>;
  /** Whether a recorded chunk shares a byte with the range. */
  overlaps(uploadId: number, range: ByteRange): Promise<boolean>;
  /**
   * Records that these bytes are written. The same range twice is one chunk.
   * @returns the upload as it is now
   */
  recordChunk(chunk: {
    uploadId: number;
    range: ByteRange;
    extra: Extra;
    type: string | null;
    now: number;
  }): Promise<Upload>;
  /**
   * Forgets chunks of finished uploads, which nobody asks for any more: a few at a time, since a large
   * file has many and its last answer should not wait for them.
   * @returns whether there may be more
   */
  dropFinishedChunks(): Promise<boolean>;
  /** These chunks, by their offsets, are on the disk. */
  markSynced(uploadId: number, starts: readonly number[]): Promise<void>;
  /** Bytes are coming in: the reservation goes on. */
  touch(uploadId: number, now: number): Promise<void>;
  /** The same for live chunked uploads of a file name, one of which these bytes may belong to. */
  touchNamed(tokenId: number, filename: string, now: number): Promise<void>;
  /**
   * The one conditional write that makes a photo: upload finished, photo there, use consumed, callback
   * recorded. Whoever comes second reads the first one's photo.
   */
  finish(request: FinishRequest): Promise<Finish>;
  /**
   * The upload has failed for good and gives its use back; chunks are forgotten. The callback is
   * recorded only the first time.
   * @returns false where it had failed or finished before
   */
  fail(request: {
    uploadId: number;
    failure: { code: string; message: string };
    delivery: NewDelivery | null;
    now: number;
  }): Promise<boolean>;
  /**
   * A chunk was refused for good. An upload that has bytes goes on (the next chunk may be right);
   * one that has none is recorded as failed. The callback is recorded only the first time.
   */
  refuseChunk(request: {
    tokenId: number;
    identity: Identity;
    failure: { code: string; message: string };
    delivery: NewDelivery | null;
    now: number;
  }): Promise<void>;
  /** Forgets an upload that has not finished, as if it had never begun. */
  forget(uploadId: number): Promise<void>;
  /** The same, for a receiving one without a single chunk. False where it stays. */
  forgetEmpty(uploadId: number): Promise<boolean>;
  /** Chunked uploads whose every byte is recorded and that are still receiving. */
  complete(): Promise<Upload[]>;
  /** Forgets an upload that is abandoned still. False where it has gone on, or has to be told. */
  forgetAbandoned(uploadId: number, before: number): Promise<boolean>;
  /** Chunked uploads under way. */
  receivingIds(): Promise<number[]>;
  /** Unfinished uploads that have received nothing since then, and whole files begun before. */
  abandoned(before: number): Promise<Upload[]>;
  /** Whole files under way when the process ended: their bytes cannot be gone on with. */
  unfinishedWhole(): Promise<Upload[]>;
  /** Which of these are chunked uploads that can be gone on with. */
  unfinished(ids: readonly number[]): Promise<Set<number>>;
}

export type Finish =
  | { photo: Photo; first: boolean }
  /** Every use has become a photo. */
  | "used"
  /** The last use is reserved by another upload, which may yet fail; or this one is not receiving. */
  | "busy";

export type FinishRequest = {
  uploadId: number;
  photo: {
    token: string;
    treeId: number;
    type: string;
    size: number;
  };
  extra: Extra;
  /** Made from the photo's ids and the last word on extra parameters; null where there is none. */
  delivery: NewDelivery | null;
  now: number;
};

export type Photo = {
  id: number;
  treeId: number;
  token: string;
  tokenId: number;
  uploadId: number;
  userId: number;
  title: string;
  description: string;
  tags: string;
  albumId: string;
  published: boolean;
  publishDate: number | null;
  absoluteUrl: string;
  filename: string;
  type: string;
  size: number;
  createdAt: number;
};

export type PhotoFilter = {
  photoId?: number;
  tokenId?: number;
  /** Published ones only, at this moment. */
  publishedAt?: number;
  offset: number;
  limit: number;
};

export interface PhotoRecords {
  byId(id: number): Promise<Photo | undefined>;
  /** Newest first. */
  list(filter: PhotoFilter): Promise<{ photos: Photo[]; total: number }>;
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
  /** Those whose time has come, the longest waiting first; none to these hosts. */
  due(now: number, limit: number, exceptHosts: readonly string[]): Promise<Delivery[]>;
  /** Forgets those that ended before then. Answers how many. */
  dropClosed(before: number): Promise<number>;
  /** When the next one is due, after this moment. */
  nextAt(after: number): Promise<number | undefined>;
  retryAt(id: string, at: number, error: string): Promise<void>;
  /** Delivered or given up: its address, which holds the upload token, is forgotten. */
  close(
    id: string,
    state: "delivered" | "given-up",
    error: string | null,
    now: number,
  ): Promise<void>;
}

import type { Extra, NewDelivery, Photo } from "./records.ts";

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
  /** Names its file on the disk; no other ever has that name. */
  file: string;
  state: UploadState;
  /** Bytes recorded so far. */
  received: number;
  /** The upload token, sealed, where a callback may have to name it when nobody asks (secret.ts). */
  sealedToken: string | null;
  /** Counts while it is receiving and younger than the lapse. */
  lastByteAt: number;
  /** By content, once known. */
  type: string | null;
  /** What Resumable.js said of the file, never needed. */
  told: Extra;
  failure: { code: string; message: string } | null;
};

/** An upload under way, and how long its file is at least. */
export type Receiving = { id: number; file: string; end: number };

export type ByteRange = { start: number; length: number };

/**
 * A use of a token could be had, or why not: every use has become a photo (`used`), or the last ones are
 * reserved by uploads that may yet fail.
 */
export type Reservation = { reserved: true; upload: Upload } | { reserved: false; used: boolean };

export interface UploadRecords {
  byIdentity(tokenId: number, identity: Identity): Promise<Upload | undefined>;
  /**
   * Begins a chunked upload, or goes on with it, holding a use of its token: a lapsed one reserves
   * again, a failed one starts over.
   */
  reserveChunked(request: {
    /** The upload as `byIdentity` has just answered it: one that holds its use needs no write. */
    known?: Upload | undefined;
    tokenId: number;
    identity: Identity;
    told: Extra;
    sealedToken: string | null;
    now: number;
  }): Promise<Reservation>;
  /** Begins a whole file, holding a use of its token. */
  beginWhole(request: { tokenId: number; filename: string; now: number }): Promise<Reservation>;
  /** Whether the token has a chunked upload that is not finished: one that more chunks may belong to. */
  hasUnfinishedChunked(tokenId: number): Promise<boolean>;
  /** Whether a chunked upload of the token has become a photo since then. */
  hasFinishedChunked(tokenId: number, since: number): Promise<boolean>;
  /** Uploads of a token that are no photos: under way, lapsed or failed. */
  unfinishedOf(tokenId: number): Promise<number>;
  /** Whether its reservation has not lapsed. */
  holdsUse(uploadId: number, now: number): Promise<boolean>;
  hasStored(uploadId: number, range: ByteRange): Promise<boolean>;
  /** Of the recorded chunks that begin before this offset the last one: no two of them share a byte. */
  lastChunkBefore(uploadId: number, end: number): Promise<ByteRange | undefined>;
  /** The extra parameters of its requests so far. */
  extra(uploadId: number): Promise<Extra>;
  /**
   * Records that these bytes are written. The same range twice is one chunk.
   * @returns the upload as it is now; "too much extra", with nothing recorded, where its extra parameters
   * would be more than MAX_EXTRA (extra.ts) together
   */
  recordChunk(chunk: {
    uploadId: number;
    range: ByteRange;
    extra: Extra;
    type: string | null;
    now: number;
  }): Promise<Upload | "too much extra">;
  /**
   * Forgets chunks of finished, failed and forgotten uploads, which nobody asks for any more: a few at a
   * time, since a large file has many and its last answer should not wait for them.
   * @returns whether there may be more
   */
  dropFinishedChunks(): Promise<boolean>;
  /** These chunks, by their offsets, are on the disk. */
  markSynced(uploadId: number, starts: readonly number[]): Promise<void>;
  /** Bytes are coming in: the reservation goes on. */
  touch(uploadId: number, now: number): Promise<void>;
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
  /**
   * Ends uploads that have not finished, so that their bytes may be removed: on the disk when it
   * answers, and no crash turns it around. Their rows stay until `forget`.
   * @param before only those that have received nothing since then, where given
   * @returns those that were ended
   */
  giveUp(uploadIds: readonly number[], before?: number): Promise<Set<number>>;
  /** Chunks that may not be on the disk are not there any more, and are asked for again. */
  forgetUnsynced(uploadId: number): Promise<void>;
  /** The same for chunks beyond so many bytes of the file: it is shorter. Answers how many. */
  forgetBeyond(uploadId: number, length: number): Promise<number>;
  /** The same, for a receiving one without a single chunk. False where it stays. */
  forgetEmpty(uploadId: number): Promise<boolean>;
  /** Chunked uploads whose every byte is recorded and that are still receiving. */
  complete(): Promise<Upload[]>;
  /** Chunked uploads under way, by id, a slice of them: those behind an id. */
  receivingAfter(id: number, limit: number): Promise<Receiving[]>;
  /** What is known of the uploads whose files have these names. A name that is missing is unknown. */
  byFiles(names: readonly string[]): Promise<Map<string, Pick<Upload, "id" | "file" | "state">>>;
  /** The last id that was given. */
  lastId(): Promise<number>;
  /**
   * Takes the last bytes of those that have received them after now, by a clock that was ahead, for
   * received now: otherwise they would be kept for as long as it was ahead. Yields how many, in slices.
   */
  clampFuture(now: number): AsyncIterable<number>;
  /** Unfinished uploads that have received nothing since then, in slices. */
  abandoned(before: number): AsyncIterable<Pick<Upload, "id" | "file">[]>;
  /** Whole files under way when the process ended: their bytes cannot be gone on with. */
  unfinishedWhole(): Promise<Upload[]>;
}

export type Finish =
  | { photo: Photo; first: boolean }
  /** Every use has become a photo. */
  | "used"
  /** The token was revoked while its file came in. */
  | "revoked"
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

import type { NewDelivery, NewPingback } from "./deliveries.ts";
import type { Extra } from "./extra.ts";
import type { NewOriginal, NewPhoto, Photo } from "./photos.ts";
import type { UploadToken } from "./tokens.ts";

/** What makes chunks belong to one upload, beside the upload token (protocol 4.2). */
export type Identity = {
  identifier: string;
  totalSize: number;
  chunkSize: number;
  filename: string;
};

/**
 * - `receiving`: bytes come in. It holds a use of its token while its last byte is younger than LAPSE_MS.
 * - `finalizing`: every byte is there, and one process (`lease`) is making the photo. It holds a use by the
 *   same rule; the process renews `lastByteAt` while it works, so a lease lapses as a reservation does.
 * - `finished`: the photo is there. - `failed`: it will never be one. Nothing leaves these two.
 */
export type UploadState = "receiving" | "finalizing" | "finished" | "failed";

/** A reservation, and a lease, lapses when its upload has shown no life for this long (protocol 4.1). */
export const LAPSE_MS = 5 * 60_000;

export type Upload = {
  id: number;
  tokenId: number;
  /** Null for a whole file; also for a file that replaced a photo's bytes, was replaced itself, and began to come anew. */
  identity: Identity | null;
  filename: string;
  /** Names its file on the disk; no other ever has that name. */
  file: string;
  /** The photo that gets a new original by it; null where it makes a new photo. */
  replaces: number | null;
  state: UploadState;
  /** Bytes recorded so far; of a whole file, its size, once that is known. */
  received: number;
  /** Names the process that is finalizing it. */
  lease: string | null;
  /** The upload token, sealed, where a callback may have to name it when nobody asks (secret.ts). */
  sealedToken: string | null;
  createdAt: number;
  lastByteAt: number;
  /**
   * Its uploader has cancelled it (protocol 4.8), and its bytes are kept until then, for whoever undoes that; in milliseconds since 1970. It
   * is receiving, and holds no use: `lastByteAt` says that its reservation has lapsed. Null where nobody has cancelled it.
   */
  keptUntil: number | null;
  /** What the uploader said of the file beside what is needed: for the log. */
  clientInfo: Extra;
  failure: Failure | null;
};

export type Failure = { code: string; message: string };

export type ByteRange = { start: number; length: number };

/** An upload's file, and how long it is at least by what is on record. */
export type Expected = { id: number; file: string; end: number };

/** A cancelled upload whose bytes are kept. */
export type Kept = { id: number; tokenId: number; keptUntil: number };

export type NewUpload = Pick<
  Upload,
  "identity" | "filename" | "file" | "replaces" | "clientInfo" | "sealedToken"
> & {
  state: "receiving" | "finalizing" | "failed";
  received: number;
  lease: string | null;
  failure: Failure | null;
};

/** Which upload a transaction is about. */
export type UploadKey =
  | { id: number }
  /** In chunks: the one with this identity, if there is one. */
  | { tokenId: number; identity: Identity }
  /** A whole file, which is to be begun. */
  | { tokenId: number; identity: null };

/** What a decision is made from: read inside its transaction. */
export type UploadView = {
  /** Undefined where there is none. */
  upload: Upload | undefined;
  /** Where it is finished: the photo that it made, or made a new original for. Undefined where that was removed. */
  photo: Photo | undefined;
  /** As it is now. Undefined where there is no such token. */
  token: UploadToken | undefined;
  /** Of a token that replaces: the photo that gets a new original, also in the trash. Undefined where it has gone. */
  replaced: Photo | undefined;
  /** Uses of the token that its other uploads hold at this moment. */
  reserved: number;
  /** Uploads of the token that are no photos: under way, lapsed or failed. 0 where the key is an id. */
  unfinished: number;
};

/**
 * What a decision changes, in this order. None: nothing is written. A decision that would change the state of an
 * upload that is finished or failed, or begin one where there is one that makes no way, is wrong: nothing of it is written, and the
 * transaction throws.
 */
export type UploadChange =
  /**
   * A new upload, which is the transaction's from here on. One of the same identity (the view's) makes way where it has failed: it
   * is deleted, and its callbacks become the new one's, since a backend that was told of it has been told of this file. So does one
   * that has replaced a photo's bytes, where these were replaced since: it stays on record, without an identity.
   */
  | { kind: "begin"; upload: NewUpload }
  /**
   * Of the upload that was found or begun. Where it becomes `failed` its chunks are deleted, and `lease`,
   * `sealedToken`, `keptUntil` and `received` say so, whatever `set` says. It becomes `finished` by its photo alone.
   */
  | {
      kind: "update";
      set: Partial<
        Pick<
          Upload,
          "state" | "lease" | "lastByteAt" | "sealedToken" | "received" | "failure" | "keptUntil"
        >
      >;
    }
  /**
   * Adds to its extra parameters, the newer value of a name winning. Nothing is added where they would be more than
   * MAX_EXTRA (extra.ts) together.
   */
  | { kind: "extra"; extra: Extra }
  /**
   * The photo, or the new original of the one it `replaces`; the upload is `finished` at this moment, without lease
   * and sealed token, and one more use of the token is consumed.
   */
  | {
      kind: "photo";
      original: NewOriginal;
      /** Its secret, and the tree for the id that it gets. Not asked where a photo gets a new original. */
      photo: (id: number) => NewPhoto;
      /** The background callback, made from what the photo is. */
      delivery: (photo: Photo) => NewDelivery | null;
      /** Pingbacks, made from what the photo is. */
      pingbacks?: (photo: Photo) => readonly NewPingback[];
    }
  /** The background callback of a failure, which an upload has once. */
  | { kind: "failure callback"; delivery: NewDelivery };

export type UploadDecision<Value> = { changes: readonly UploadChange[]; value: Value };

/** What is on record when a transaction is over. */
export type Transacted<Value> = {
  value: Value;
  upload: Upload | undefined;
  photo: Photo | undefined;
};

/** An upload that has neither become a photo nor failed, as somebody looks at it who collects. */
export type UnderWay = Pick<
  Upload,
  "id" | "tokenId" | "identity" | "filename" | "received" | "createdAt" | "lastByteAt"
> & {
  state: "receiving" | "finalizing";
  /** Whether it came without a token, by its caller's own credential. */
  direct: boolean;
};

export type UnderWayFilter = {
  tokenId?: number;
  /** Of tokens of this owner. */
  userId?: number;
  /** Those behind this id in the order of the list. */
  after?: number;
  limit: number;
};

export interface UploadRecords {
  byIdentity(tokenId: number, identity: Identity): Promise<Upload | undefined>;
  byId(id: number): Promise<Upload | undefined>;
  /**
   * One transaction on an upload and its token: what `decide` sees stays true until what it decides is written.
   * It must be a pure function, which may be asked again. Where it throws, nothing is written, and this throws the
   * same.
   * @param durable whether what was written outlives a power cut when this answers
   */
  transact<Value>(
    key: UploadKey,
    now: number,
    decide: (view: UploadView) => UploadDecision<Value>,
    options?: { durable?: boolean },
  ): Promise<Transacted<Value>>;
  /**
   * The upload is alive: its reservation or lease goes on.
   * @returns false, with nothing written, where it has ended, or holds none any more: another upload may have the use
   */
  touch(id: number, now: number): Promise<boolean>;
  /**
   * Notes hashes of the complete file, hexadecimal by algorithm, that a request has said: they are compared when the file is complete.
   * @returns false, with nothing noted, where another request has said another one
   */
  noteDigests(id: number, digests: Readonly<Record<string, string>>): Promise<boolean>;
  /** Those that were noted. */
  digests(id: number): Promise<Readonly<Record<string, string>>>;
  /** The extra parameters of its requests so far. */
  extra(id: number): Promise<Extra>;
  /**
   * Uploads that are receiving or finalizing, newest first; also those whose reservation has lapsed. None that was cancelled.
   * @returns `next`: the id to go on behind, where there are more
   */
  underWay(filter: UnderWayFilter): Promise<{ uploads: UnderWay[]; next?: number }>;
  /** What an undecided body that names this token may turn out to be (protocol 4.1). */
  prospects(tokenId: number, now: number, finishedSince: number): Promise<Prospects>;
}

export type Prospects = {
  /** Uses that are neither consumed nor reserved at this moment. */
  free: number;
  /** Whether the token has an upload in chunks that is receiving or finalizing. */
  unfinishedChunked: boolean;
  /** Whether an upload in chunks of the token has become a photo since then. */
  finishedChunked: boolean;
};

export interface ChunkRecords {
  /**
   * Records that these bytes are written. The same range twice is one chunk. The upload's reservation goes on, unless
   * it has lapsed. Of an upload that is not receiving, nothing is recorded, and its lease is not renewed.
   * @returns the upload as it is now; "too much extra", with nothing recorded, where its extra parameters
   * would be more than MAX_EXTRA (extra.ts) together
   */
  record(chunk: {
    uploadId: number;
    range: ByteRange;
    extra: Extra;
    now: number;
  }): Promise<Upload | "too much extra">;
  has(uploadId: number, range: ByteRange): Promise<boolean>;
  /** Of the recorded chunks that begin before this offset the last one: no two of them share a byte. */
  lastBefore(uploadId: number, end: number): Promise<ByteRange | undefined>;
  /** These chunks, by their offsets, are on the disk. */
  markSynced(uploadId: number, starts: readonly number[]): Promise<void>;
  /** Deletes the upload's chunks that may not be on the disk: clients send them again. */
  deleteUnsynced(uploadId: number): Promise<void>;
  /** Deletes the upload's chunks that reach beyond the first `length` bytes, since its file is shorter. Answers how many. */
  deleteBeyond(uploadId: number, length: number): Promise<number>;
  /**
   * Notes which boot the machine is in. Where it is another one than was noted before, chunks that may not be on the
   * disk are deleted.
   * @returns how many were deleted
   */
  enterBoot(bootId: string): Promise<number>;
  /**
   * Deletes chunks of finished, failed and deleted uploads, which nobody asks for any more: a few at a
   * time, since a large file has many and its last answer should not wait for them.
   * @returns whether there may be more
   */
  pruneEnded(): Promise<boolean>;
}

/** What a start and the sweeper ask for: what was left behind, in slices where there may be much. */
export interface LeftoverRecords {
  /** Whole files that were receiving when the process ended: their bytes cannot be gone on with. */
  receivingWhole(): Promise<Upload[]>;
  /**
   * Uploads whose every byte is on record, in the order in which they began: in chunks and receiving, or finalizing. None that was
   * cancelled.
   */
  complete(): Promise<Upload[]>;
  /** Uploads that were cancelled and whose bytes are kept, those first that are kept the shortest; so many at most. */
  kept(limit: number): Promise<Kept[]>;
  /** Uploads in chunks that are receiving or finalizing, by id: a slice of those behind an id. */
  expectedAfter(id: number, limit: number): Promise<Expected[]>;
  /** What is known of the uploads whose files have these names. A name that is missing is unknown. */
  byFiles(names: readonly string[]): Promise<Map<string, Pick<Upload, "id" | "file" | "state">>>;
  /** The last id that a photo was given. */
  lastPhotoId(): Promise<number>;
  /**
   * Takes the last bytes of those that have received them after now, by a clock that was ahead, for
   * received now: otherwise they would be kept for as long as it was ahead. Yields how many, in slices.
   */
  clampFuture(now: number): AsyncIterable<number>;
  /** Unfinished uploads that have received nothing since then, in slices. None whose backend is still to be told. */
  abandoned(before: number): AsyncIterable<Pick<Upload, "id" | "file">[]>;
  /**
   * Ends uploads that have not finished, so that their bytes may be deleted: on the disk when it
   * answers, and no crash turns it around. Their rows stay until `delete`.
   * @param before only those that have received nothing since then, where given
   * @returns those that were ended
   */
  end(uploadIds: readonly number[], before?: number): Promise<Set<number>>;
  /** Deletes an upload that has not finished, as if it had never begun; one whose backend is still to be told stays. */
  delete(uploadId: number): Promise<void>;
  /**
   * The same for one that is receiving and has not a single byte. Where its backend is still to be told
   * why a chunk of it was refused, it stays as `failed`. False where it was neither.
   */
  deleteEmpty(uploadId: number): Promise<boolean>;
  /**
   * Deletes finished uploads whose photos were removed before then, and whose tokens expired before then; and these tokens,
   * where no upload and no photo of them is left. None whose backend is still to be told. In slices; yields how many uploads.
   */
  pruneRemoved(before: number): AsyncIterable<number>;
}

import type { AlbumRecords } from "./albums.ts";
import type { DeliveryRecords } from "./deliveries.ts";
import type { DirectRecords } from "./direct.ts";
import type { KeyRecords } from "./keys.ts";
import type { MediaRecords } from "./media.ts";
import type { OriginalRecords, PhotoRecords, RemovalRecords } from "./photos.ts";
import type { SessionRecords } from "./sessions.ts";
import type { TagRecords } from "./tags.ts";
import type { TokenRecords } from "./tokens.ts";
import type { UpdateRecords } from "./updates.ts";
import type { UsageRecords } from "./usage.ts";
import type { ChunkRecords, LeftoverRecords, UploadRecords } from "./uploads.ts";

export type * from "./albums.ts";
export type * from "./deliveries.ts";
export type * from "./direct.ts";
export type { Extra } from "./extra.ts";
export * from "./keys.ts";
export type * from "./media.ts";
export type * from "./photos.ts";
export type * from "./sessions.ts";
export type * from "./tags.ts";
export type * from "./tokens.ts";
export type * from "./updates.ts";
export type * from "./usage.ts";
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
  sessions: SessionRecords;
  tokens: TokenRecords;
  direct: DirectRecords;
  updates: UpdateRecords;
  uploads: UploadRecords;
  chunks: ChunkRecords;
  leftovers: LeftoverRecords;
  photos: PhotoRecords;
  originals: OriginalRecords;
  removals: RemovalRecords;
  albums: AlbumRecords;
  tags: TagRecords;
  media: MediaRecords;
  deliveries: DeliveryRecords;
  nonces: NonceRecords;
  usage: UsageRecords;
  /** The address that the server was last reached under, for commands that print links. */
  publicUrl(): Promise<string | undefined>;
  notePublicUrl(url: string): Promise<void>;
  /** Whether the server that ran last listed photos for everybody, for commands that say who sees them. */
  isListPublic(): Promise<boolean | undefined>;
  noteListPublic(isPublic: boolean): Promise<void>;
  /** What was noted last of the clocks (upload/ages.ts). */
  clock(): Promise<Clock | undefined>;
  noteClock(clock: Clock): Promise<void>;
  /** Whether another process has written to the records since this was asked last: a command beside the server, perhaps. */
  changedElsewhere(): Promise<boolean>;
  close(): Promise<void>;
}

export type Clock = {
  /** Milliseconds that servers have served on this folder, all together. */
  served: number;
  /** Stretches of it without a jump of the wall clock: what that said at the begin, and when it was. */
  eras: { wall: number; from: number; until: number }[];
};

export interface NonceRecords {
  /**
   * Uses a nonce of a request that was signed at that time, and deletes some of those that were signed before
   * `pruneBefore`. Times are the signatures' own.
   * @returns false where it was used before, in this process or an earlier one
   */
  use(hash: string, at: number, pruneBefore: number): Promise<boolean>;
}

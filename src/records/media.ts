import type { Original, Photo } from "./photos.ts";

/** What a file's own headers say of it. Null: not known, because the file does not say it, or is damaged, or of a kind that is not read. */
export type OriginalFacts = {
  /** Pixels, as it is shown: after the turning that `orientation` asks for. */
  width: number | null;
  height: number | null;
  /**
   * How the stored pixels have to be turned or mirrored to be shown, in EXIF's numbers, 1 to 8 (5 to 8: width and height
   * are stored the other way round). Of videos too, whose containers say it in other words.
   */
  orientation: number | null;
  /** Seconds. */
  duration: number | null;
  /** Such as "h264", "hevc", "av1", "vp9". */
  videoCodec: string | null;
  /** Such as "aac", "opus", "mp3". */
  audioCodec: string | null;
  /** Frames in a second, on average. */
  frameRate: number | null;
  /** Milliseconds since 1970. A time of which the file does not say the zone counts as UTC. */
  capturedAt: number | null;
  /** Maker and model, in one line of at most 100 characters. */
  camera: string | null;
  /** Whether the file says where it was taken. */
  hasGps: boolean | null;
};

export type Thumbnail = {
  /** Such as "medium" (media/thumbnail-formats.ts). */
  format: string;
  /** Pixels. */
  width: number;
  height: number;
  /** Bytes of its file. */
  size: number;
  /** Media type. */
  type: string;
  createdAt: number;
};

/**
 * Why a photo has no thumbnails: its type has none; it needs ffmpeg, which the server has not; it has more pixels or bytes
 * than are decoded; it cannot be read; it ended the process that made them, or took too long, as often as it is tried.
 */
export type MediaReason = "not_supported" | "no_ffmpeg" | "too_large" | "unreadable" | "gave_up";

/** What was made of an original. */
export type Media = {
  state: "pending" | "ready" | "none";
  /** Why there are none. */
  reason: MediaReason | null;
  /** Null until they were read. */
  facts: OriginalFacts | null;
  thumbnails: readonly Thumbnail[];
};

/** An original to be looked at. `attempts` counts this one. */
export type MediaJob = Pick<Original, "photoId" | "file" | "type" | "size"> &
  Pick<Photo, "treeId"> & { originalId: number; attempts: number };

/** What came of a job: thumbnails, or the reason why there are none. */
export type MediaOutcome = {
  facts: OriginalFacts | null;
  thumbnails: readonly Thumbnail[];
  reason: MediaReason | null;
  /** For the operator; null where nothing went wrong. */
  error: string | null;
};

/** Which originals a queue is to take again. */
export type MediaSelection = { reason: MediaReason } | { originalIds: readonly number[] } | "all";

/**
 * A queue of originals whose facts and thumbnails are to be made. The transaction that makes an original puts it in. A job
 * is claimed by a lease, the name of the process that is at it; whoever has not the lease any more can change nothing.
 */
export interface MediaRecords {
  /**
   * Takes a job that is due: of originals that were uploaded just now before those of the backlog. One that is claimed counts
   * as tried.
   * @param first which of those that were uploaded just now: what waits longest, or what came last. The backlog goes by age
   */
  claim(lease: string, now: number, first?: "oldest" | "newest"): Promise<MediaJob | undefined>;
  /** When the next job is due; undefined where none waits. */
  nextAt(): Promise<number | undefined>;
  /**
   * One transaction: the facts, when the photo was taken by them, the thumbnails (whose files are in their place), and the
   * end of the job.
   * @returns false where the lease is gone or the photo has other bytes now: then nothing is written, and whoever asked deletes the files
   */
  store(originalId: number, lease: string, outcome: MediaOutcome, now: number): Promise<boolean>;
  /**
   * It failed, and is tried again then.
   * @returns false where the lease is gone or the photo has other bytes now: it is not tried again, and whoever asked deletes the files
   */
  retryAt(originalId: number, lease: string, at: number, error: string): Promise<boolean>;
  /** The process stops in the middle: as if it had not been claimed. */
  release(lease: string): Promise<void>;
  /**
   * Jobs of processes that are gone wait again. One that was claimed so often that it may be what ends the server is
   * given up.
   * @param most claims
   * @returns how many there were
   */
  recover(most: number): Promise<number>;
  /** Puts originals of earlier versions into the queue. Yields how many, in slices. */
  enqueueMissing(now: number): AsyncIterable<number>;
  /** Takes originals again, as if they had never been tried; what they have stays until then. Yields how many, in slices. */
  requeue(which: MediaSelection, now: number): AsyncIterable<number>;
  /** What was made of these originals: 100 at most, as on a page of the list. */
  of(originalIds: readonly number[]): Promise<Map<number, Media>>;
}

import { LAPSE_MS } from "../records/uploads.ts";
import type { Photo, Prospects, Upload, UploadState, UploadToken } from "../records/records.ts";

/**
 * The rules of section 4.1 of the protocol, and the states of an upload. Here, in upload-rules.ts and in
 * chunk-rules.ts are pure functions over what was read: they throw nothing and know no clock, no disk and no
 * request, and the tests hold them against the protocol line by line.
 */

/** Whether an upload token takes files: "grace" is for uploads alone that have begun. */
export type TokenState = "open" | "grace" | "expired" | "revoked";

export function tokenState(
  token: Pick<UploadToken, "validUntil" | "revokedAt">,
  now: number,
  graceMs: number,
): TokenState {
  if (token.revokedAt !== null) return "revoked";
  if (now <= token.validUntil) return "open";
  return now <= token.validUntil + graceMs ? "grace" : "expired";
}

/**
 * Whether one more use can be had, beside those that have become photos and those that others reserve:
 * "used" where every use has become a photo, "held" where uploads hold the last ones, which may yet fail.
 */
export type UseState = "free" | "held" | "used";

export function useState(
  token: Pick<UploadToken, "maxUploads" | "consumed"> | undefined,
  reserved: number,
): UseState {
  if (!token || token.consumed >= token.maxUploads) return "used";
  return token.consumed + reserved < token.maxUploads ? "free" : "held";
}

/** Whether a photo may be changed: it is there, and not in the trash. */
export function isPresent(photo: Photo | undefined): photo is Photo {
  return photo !== undefined && photo.deletedAt === null;
}

/** Whether an upload holds its use at this moment. A last byte in the future was written by a clock that was ahead. */
export function holdsUse(upload: Pick<Upload, "state" | "lastByteAt">, now: number): boolean {
  return isUnderWay(upload.state) && Math.abs(now - upload.lastByteAt) < LAPSE_MS;
}

export function isUnderWay(state: UploadState): boolean {
  return state === "receiving" || state === "finalizing";
}

/**
 * Whether the bytes of an upload have replaced a photo's and were replaced themselves since. Its chunks are another upload's then: the
 * same file is sent to take its place again (protocol 6.1).
 * @param photo the upload's, where that is finished
 */
export function isReplaced(
  { id, replaces }: Pick<Upload, "id" | "replaces">,
  photo: Photo | undefined,
): boolean {
  return replaces !== null && isPresent(photo) && photo.original.uploadId !== id;
}

/** What can happen to an upload. */
export type UploadEvent =
  /** Bytes were recorded, or a lapsed reservation was renewed. */
  | "go on"
  /** Every byte is there: a process begins to make the photo. */
  | "finalize"
  /** The photo could not be made for now. */
  | "roll back"
  /** The photo was made. */
  | "make"
  /** The file can never become a photo. */
  | "fail";

const NEXT: Record<UploadState, Partial<Record<UploadEvent, UploadState>>> = {
  receiving: { "go on": "receiving", finalize: "finalizing", fail: "failed" },
  // "finalize": another process takes over what the first one left.
  finalizing: {
    "go on": "finalizing",
    finalize: "finalizing",
    "roll back": "receiving",
    make: "finished",
    fail: "failed",
  },
  finished: {},
  failed: {},
};

/** The state of an upload after an event; undefined where the event cannot be in that state. */
export function next(state: UploadState, event: UploadEvent): UploadState | undefined {
  return NEXT[state][event];
}

/** How long chunks of a finished upload may come again, since their answer was lost; in milliseconds. */
export const AGAIN_MS = 10 * 60_000;

/** What is to be done with an undecided body, of which it is not known yet what it belongs to (protocol 4.1). */
export type Undecided =
  /** It may become something: its bytes are kept. */
  | "keep"
  /**
   * It can only be a chunk that came before, of an upload that has just finished: its parameters are answered
   * with the outcome (protocol 4.2), its bytes are needed by nobody.
   */
  | "parameters only"
  | "expired"
  | "used"
  | "held";

export function decideUndecided(
  token: UploadToken,
  prospects: Prospects,
  now: number,
  graceMs: number,
): Undecided {
  const state = tokenState(token, now, graceMs);
  if (prospects.unfinishedChunked) return state === "expired" ? "expired" : "keep";
  if (prospects.free === 0 && prospects.finishedChunked) return "parameters only";
  if (state !== "open") return "expired";
  if (prospects.free > 0) return "keep";
  return token.consumed >= token.maxUploads ? "used" : "held";
}

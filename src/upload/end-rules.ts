import { uploadCancelled } from "../problem.ts";
import type {
  Failure,
  NewDelivery,
  Upload,
  UploadChange,
  UploadDecision,
  UploadView,
} from "../records/records.ts";
import { LAPSE_MS } from "../records/uploads.ts";
import { holdsUse, next, useState } from "./rules.ts";
import { isFullOf, presentUpload, type Beginning } from "./upload-rules.ts";

/* How an upload ends without a photo: decisions, as in upload-rules.ts. */

/** What becomes of an upload that its uploader cancels (protocol 4.8). */
export type Cancelling =
  | "cancelled"
  /** It holds no use, and its bytes are kept for some seconds. */
  | "kept"
  /** The same, since it was cancelled before: they are not kept for longer because of that. */
  | "kept before"
  /** It is a photo already. */
  | "finished"
  /** It had failed, or was cancelled, before; or there is none. */
  | "over before"
  /** Another process is making the photo at this moment. */
  | "another's";

/** How long the bytes of a cancelled upload are kept at most, in milliseconds. */
export const LONGEST_KEPT_MS = 60_000;

/**
 * Ends an upload for its uploader: its use is free at this moment. It stays on record as failed, so that what still comes in
 * of it makes nothing new; or, while its bytes are kept, as one whose reservation has lapsed: a chunk that comes then reserves again.
 * @param how.lease names this process, which has made sure that it is not making the photo itself
 * @param how.keepMs for how long its bytes are kept, in milliseconds
 */
export function decideCancel(
  { upload }: UploadView,
  { lease, keepMs }: { lease: string; keepMs: number },
  now: number,
): UploadDecision<Cancelling> {
  const state = upload && next(upload.state, "fail");
  if (!state) {
    return { changes: [], value: upload?.state === "finished" ? "finished" : "over before" };
  }
  const isOthers = upload.state === "finalizing" && upload.lease !== lease;
  if (isOthers && holdsUse(upload, now)) return { changes: [], value: "another's" };
  if (keepMs > 0 && upload.keptUntil !== null) return { changes: [], value: "kept before" };
  if (keepMs > 0 && upload.received > 0) return keeping(now, keepMs);
  return { changes: [{ kind: "update", set: cancelledSet(now) }], value: "cancelled" };
}

function keeping(now: number, keepMs: number): UploadDecision<"kept"> {
  const set = {
    state: "receiving" as const,
    lease: null,
    lastByteAt: now - LAPSE_MS,
    keptUntil: now + keepMs,
  };
  return { changes: [{ kind: "update", set }], value: "kept" };
}

function cancelledSet(now: number) {
  const { code, message } = uploadCancelled();
  const failure = { code, message };
  return { state: "failed" as const, failure, sealedToken: null, lease: null, lastByteAt: now };
}

/** Whether the time is over for which the bytes of a cancelled upload are kept. One that is far ahead was written by a clock that was. */
export function isKeptNoLonger(keptUntil: number, now: number): boolean {
  return now >= keptUntil || keptUntil - now > LONGEST_KEPT_MS;
}

/** Ends a cancelled upload whose bytes were kept for long enough. Not one whose cancelling was undone. */
export function decideKeptEnd({ upload }: UploadView, now: number): UploadDecision<boolean> {
  const keptUntil = upload?.state === "receiving" ? upload.keptUntil : null;
  if (keptUntil === null || !isKeptNoLonger(keptUntil, now)) return { changes: [], value: false };
  return { changes: [{ kind: "update", set: cancelledSet(now) }], value: true };
}

/** Whether its uploader has cancelled it, and nobody has undone that. */
export function isCancelled(upload: Pick<Upload, "failure" | "keptUntil"> | undefined): boolean {
  return upload?.failure?.code === "upload_cancelled" || (upload?.keptUntil ?? null) !== null;
}

/** A refusal: what was wrong, and how far it reaches. */
export type Refusal = {
  failure: Failure;
  /** The callback that tells of it; null where none is wanted. */
  delivery: NewDelivery | null;
  /**
   * The whole upload is refused; else this chunk alone, and an upload that has other bytes, or others at work
   * on it, goes on: the next chunk may be right.
   */
  scope: "upload" | "chunk";
  /** Whether nobody else is at work on it. */
  alone: boolean;
};

/**
 * What a refusal for good makes of an upload (protocol 4.1: it gives its use back). A chunk that is refused
 * before its upload began is recorded as a failed one, so that its backend is told once.
 * @param begun what a failed upload is recorded as where there is none; null where it was there and has gone
 * @returns "failed" where the upload is over by it: its bytes may go; "used" and "too many" where it could not
 *   have begun
 */
export function decideRefusal(
  view: UploadView,
  { failure, delivery, scope, alone }: Refusal,
  begun: Pick<Beginning, "identity" | "filename" | "file"> | null,
  now: number,
): UploadDecision<"failed" | "goes on" | "over before" | "used" | "too many"> {
  const { token, reserved, unfinished, replaced } = view;
  const upload = begun ? presentUpload(view) : view.upload;
  const callback: UploadChange[] = delivery ? [{ kind: "failure callback", delivery }] : [];
  if (!upload) {
    if (!begun) return { changes: [], value: "over before" };
    // A file that could not have begun is not recorded: its token says why, not the file.
    if (useState(token, reserved) !== "free") return { changes: [], value: "used" };
    if (!token || isFullOf(unfinished, token)) return { changes: [], value: "too many" };
    const failed = {
      ...begun,
      replaces: replaced?.id ?? null,
      clientInfo: {},
      sealedToken: null,
      state: "failed" as const,
      received: 0,
      lease: null,
      failure,
    };
    return { changes: [{ kind: "begin", upload: failed }, ...callback], value: "over before" };
  }
  const state = next(upload.state, "fail");
  if (!state) return { changes: upload.state === "failed" ? callback : [], value: "over before" };
  if (scope === "chunk" && !(alone && upload.received === 0)) {
    return { changes: callback, value: "goes on" };
  }
  const set = { state, failure, sealedToken: null, lease: null, lastByteAt: now };
  return { changes: [{ kind: "update", set }, ...callback], value: "failed" };
}

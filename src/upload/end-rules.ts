import { uploadCancelled } from "../problem.ts";
import type {
  Failure,
  NewDelivery,
  Upload,
  UploadChange,
  UploadDecision,
  UploadView,
} from "../records/records.ts";
import { holdsUse, next, useState } from "./rules.ts";
import { isFullOf, standing, type Beginning } from "./upload-rules.ts";

/* How an upload ends without a photo: decisions, as in upload-rules.ts. */

/** What becomes of an upload that its uploader cancels (protocol 4.8). */
export type Cancelling =
  | "cancelled"
  /** It is a photo already. */
  | "finished"
  /** It had failed, or was cancelled, before; or there is none. */
  | "over before"
  /** Another process is making the photo at this moment. */
  | "another's";

/**
 * Ends an upload for its uploader: its use is free at this moment. It stays on record as failed, so that what still comes in
 * of it makes nothing new.
 * @param lease names this process, which has made sure that it is not making the photo itself
 */
export function decideCancel(
  { upload }: UploadView,
  lease: string,
  now: number,
): UploadDecision<Cancelling> {
  const state = upload && next(upload.state, "fail");
  if (!state) {
    return { changes: [], value: upload?.state === "finished" ? "finished" : "over before" };
  }
  const isOthers = upload.state === "finalizing" && upload.lease !== lease;
  if (isOthers && holdsUse(upload, now)) return { changes: [], value: "another's" };
  const { code, message } = uploadCancelled();
  const failure = { code, message };
  const set = { state, failure, sealedToken: null, lease: null, lastByteAt: now };
  return { changes: [{ kind: "update", set }], value: "cancelled" };
}

/** Whether its uploader has cancelled it. */
export function isCancelled(upload: Pick<Upload, "failure"> | undefined): boolean {
  return upload?.failure?.code === "upload_cancelled";
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
  const upload = begun ? standing(view) : view.upload;
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

import type {
  Extra,
  Failure,
  Identity,
  NewDelivery,
  NewOriginal,
  NewPhoto,
  NewPingback,
  Photo,
  Upload,
  UploadChange,
  UploadDecision,
  UploadToken,
  UploadView,
} from "../records/records.ts";
import { uploadCancelled } from "../problem.ts";
import { holdsUse, isPresent, isUnderWay, next, useState } from "./rules.ts";

/**
 * What becomes of an upload: decisions that the records apply inside one transaction each
 * (UploadRecords.transact).
 */

/** Uploads that a token may leave unfinished, beside those it is for: each is a row and a file until it is swept. */
export const MAX_UNFINISHED = 1000;

function isFullOf(unfinished: number, token: Pick<UploadToken, "maxUploads">): boolean {
  return unfinished >= token.maxUploads + MAX_UNFINISHED;
}

/**
 * The upload shows life: its reservation goes on. One that has lapsed meanwhile has its use back only where no other
 * upload has taken that.
 * @returns whether it holds a use now
 */
export function decideRenewal(
  { token, upload, reserved }: UploadView,
  now: number,
): UploadDecision<boolean> {
  const may = upload && isUnderWay(upload.state) && useState(token, reserved) === "free";
  if (!may) return { changes: [], value: false };
  return { changes: [{ kind: "update", set: { lastByteAt: now } }], value: true };
}

/** What an upload is begun with. */
export type Beginning = {
  /** Null for a whole file. */
  identity: Identity | null;
  filename: string;
  /** Names its file, where one is begun. */
  file: string;
  clientInfo: Extra;
  sealedToken: string | null;
  /** Of a whole file whose bytes are all there: its photo is made next, by the process that `lease` names. */
  whole?: { size: number; lease: string; extra: Extra };
};

export type Reservation =
  | "reserved"
  /** The upload is a photo already. */
  | "finished"
  /** Every use has become a photo. */
  | "used"
  /** Other uploads hold the last uses. */
  | "held"
  /** The token has left too many uploads unfinished. */
  | "too many";

/** Reserves a use of the token: for a new upload, or for one that goes on after its reservation lapsed. */
export function decideReservation(
  { token, upload, reserved, unfinished, replaced }: UploadView,
  beginning: Beginning,
  now: number,
): UploadDecision<Reservation> {
  if (upload?.state === "finished") return { changes: [], value: "finished" };
  const use = useState(token, reserved);
  if (use !== "free" || !token) return { changes: [], value: use === "held" ? "held" : "used" };
  const { identity, filename, file, clientInfo, sealedToken, whole } = beginning;
  // A lease is renewed by its own process alone: one that is dead would never be followed by another.
  if (upload?.state === "finalizing") return { changes: [], value: "reserved" };
  if (upload && isUnderWay(upload.state)) {
    const set = { lastByteAt: now, sealedToken };
    return { changes: [{ kind: "update", set }], value: "reserved" };
  }
  if (isFullOf(unfinished, token)) return { changes: [], value: "too many" };
  const begun = {
    identity,
    filename,
    file,
    // Where its photo has gone nothing is made of it (decidePhoto).
    replaces: replaced?.id ?? null,
    clientInfo,
    sealedToken,
    state: whole ? ("finalizing" as const) : ("receiving" as const),
    received: whole?.size ?? 0,
    lease: whole?.lease ?? null,
    failure: null,
  };
  const changes: UploadChange[] = [{ kind: "begin", upload: begun }];
  if (whole && Object.keys(whole.extra).length > 0) {
    changes.push({ kind: "extra", extra: whole.extra });
  }
  return { changes, value: "reserved" };
}

/** The answer to a process that wants to make the photo. */
export type Finalizing =
  | "mine"
  /** The photo is there. */
  | "finished"
  /** Another process is making it at this moment. */
  | "another's"
  /** Not all bytes are there, or it is no upload any more. */
  | "incomplete"
  | "cancelled"
  /** The photo that is to be replaced was removed, or is in the trash. */
  | "no photo"
  | "revoked"
  | "used"
  | "held";

export type FinalizeRequest = {
  /** Bytes that the upload must have. */
  size: number;
  /** Names the process. */
  lease: string;
  extra: Extra;
  othersLive: boolean;
};

/**
 * Enters `finalizing`, in which one process at a time makes the photo. Where that one has shown no life for as long as
 * a lease lasts, another takes over.
 * @param request.extra what the outcome repeats, for a process that has to end what this one began
 * @param request.othersLive whether another process that holds a lease can be alive; a start that has locked the
 *   data folder knows that none is
 */
export function decideFinalizing(
  { token, upload, reserved, replaced }: UploadView,
  { size, lease, extra, othersLive }: FinalizeRequest,
  now: number,
): UploadDecision<Finalizing> {
  const because = (value: Finalizing) => ({ changes: [], value });
  if (upload?.state === "finished") return because("finished");
  if (lacksPhoto(token, replaced)) return because("no photo");
  const state = upload && next(upload.state, "finalize");
  if (!state) return because(isCancelled(upload) ? "cancelled" : "incomplete");
  const isOthers = upload.state === "finalizing" && upload.lease !== lease;
  if (isOthers && othersLive && holdsUse(upload, now)) return because("another's");
  if (upload.identity && upload.received !== size) {
    // Left in `finalizing` it would take no chunk, and miss those that it has lost for ever.
    return { changes: reopening(upload).changes, value: "incomplete" };
  }
  if (!token || token.revokedAt !== null) return because("revoked");
  const use = useState(token, reserved);
  if (use !== "free") return because(use);
  if (upload.state === "finalizing" && upload.lease === lease) return because("mine");
  const changes: UploadChange[] = [
    {
      kind: "update",
      set: {
        state,
        lease,
        lastByteAt: now,
        received: size,
      },
    },
  ];
  if (Object.keys(extra).length > 0) changes.unshift({ kind: "extra", extra });
  return { changes, value: "mine" };
}

export type Making = NewOriginal & {
  lease: string;
  photo: (id: number) => NewPhoto;
  delivery: (photo: Photo) => NewDelivery | null;
  pingbacks?: (photo: Photo) => readonly NewPingback[];
};

/**
 * Makes the photo, exactly once: only the holder of the lease may, and whoever comes later reads what was made. The
 * token is looked at again, since it may have been revoked, or its use given to another upload, meanwhile.
 */
export function decidePhoto(
  { token, upload, reserved, replaced }: UploadView,
  { lease, photo, delivery, pingbacks, ...original }: Making,
): UploadDecision<"made" | Exclude<Finalizing, "mine" | "another's">> {
  if (upload?.state === "finished") return { changes: [], value: "finished" };
  if (lacksPhoto(token, replaced)) return { changes: [], value: "no photo" };
  if (!upload || next(upload.state, "make") !== "finished" || upload.lease !== lease) {
    return { changes: [], value: "incomplete" };
  }
  if (!token || token.revokedAt !== null) return { changes: [], value: "revoked" };
  const use = useState(token, reserved);
  if (use !== "free") return { changes: [], value: use };
  return {
    changes: [{ kind: "photo", original, photo, delivery, ...(pingbacks && { pingbacks }) }],
    value: "made",
  };
}

/** Whether the token's files are for a photo that nobody may change any more. */
function lacksPhoto(token: UploadToken | undefined, replaced: Photo | undefined): boolean {
  return token !== undefined && token.replaces !== null && !isPresent(replaced);
}

/** Leaves `finalizing` without a photo, for now: the upload is receiving again, and may be finalized again. */
export function decideRollBack({ upload }: UploadView, lease: string): UploadDecision<boolean> {
  if (upload?.lease !== lease) return { changes: [], value: false };
  return reopening(upload);
}

/**
 * The same for an upload that a process has left in `finalizing` while chunks of it were lost, a failed sync or a power
 * cut being the reason for both: it takes chunks again.
 */
export function decideReopening(
  { upload }: UploadView,
  { size, lease }: Pick<FinalizeRequest, "size" | "lease">,
  now: number,
): UploadDecision<boolean> {
  const isLive = upload !== undefined && upload.lease !== lease && holdsUse(upload, now);
  if (!upload || isLive || upload.received === size) return { changes: [], value: false };
  return reopening(upload);
}

function reopening(upload: Upload): UploadDecision<boolean> {
  const state = next(upload.state, "roll back");
  if (!state) return { changes: [], value: false };
  return { changes: [{ kind: "update", set: { state, lease: null } }], value: true };
}

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
  { upload, token, reserved, unfinished, replaced }: UploadView,
  { failure, delivery, scope, alone }: Refusal,
  begun: Pick<Beginning, "identity" | "filename" | "file"> | null,
  now: number,
): UploadDecision<"failed" | "goes on" | "over before" | "used" | "too many"> {
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

import type {
  Extra,
  Identity,
  Upload,
  UploadChange,
  UploadDecision,
  UploadToken,
  UploadView,
} from "../records/records.ts";
import { isReplaced, isUnderWay, useState } from "./rules.ts";

/*
 * How an upload begins and goes on. These, finalize-rules.ts and end-rules.ts are decisions: pure functions of what is on record,
 * whose changes the records apply inside the same transaction (UploadRecords.transact).
 */

/** Uploads that a token may leave unfinished, beside those it is for: each is a row and a file until it is swept. */
export const MAX_UNFINISHED = 1000;

/** Whether a token has left so many uploads unfinished that it may begin no other. */
export function isFullOf(unfinished: number, token: Pick<UploadToken, "maxUploads">): boolean {
  return unfinished >= token.maxUploads + MAX_UNFINISHED;
}

/**
 * The upload shows life: its reservation goes on. One that has lapsed meanwhile has its use back only where no other
 * upload has taken that. One that was cancelled meanwhile goes on by a request alone that came behind that.
 * @returns whether it holds a use now
 */
export function decideRenewal(
  { token, upload, reserved }: UploadView,
  now: number,
): UploadDecision<boolean> {
  const goesOn = upload && isUnderWay(upload.state) && upload.keptUntil === null;
  const may = goesOn && useState(token, reserved) === "free";
  if (!may) return { changes: [], value: false };
  return { changes: [{ kind: "update", set: { lastByteAt: now } }], value: true };
}

/**
 * Undoes the cancelling of an upload whose bytes are kept, where a use is free.
 * @returns whether it holds a use now
 */
export function decideUndo(
  { token, upload, reserved }: UploadView,
  now: number,
): UploadDecision<boolean> {
  const may = upload?.state === "receiving" && useState(token, reserved) === "free";
  if (!may) return { changes: [], value: false };
  return { changes: [{ kind: "update", set: { lastByteAt: now, keptUntil: null } }], value: true };
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

/** The upload that there is of a file; undefined where the file may begin anew, though it was here before. */
export function presentUpload({ upload, photo }: UploadView): Upload | undefined {
  return upload && isReplaced(upload, photo) ? undefined : upload;
}

/**
 * Reserves a use of the token: for a new upload, or for one that goes on after its reservation lapsed, or after it was cancelled, while
 * its bytes are kept.
 */
export function decideReservation(
  view: UploadView,
  beginning: Beginning,
  now: number,
): UploadDecision<Reservation> {
  const { token, reserved, unfinished, replaced } = view;
  const upload = presentUpload(view);
  if (upload?.state === "finished") return { changes: [], value: "finished" };
  const use = useState(token, reserved);
  if (use !== "free" || !token) return { changes: [], value: use === "held" ? "held" : "used" };
  const { identity, filename, file, clientInfo, sealedToken, whole } = beginning;
  // The time of its last byte is left alone: it keeps the lease alive, and if the process that holds that has died, another must be
  // able to take over.
  if (upload?.state === "finalizing") return { changes: [], value: "reserved" };
  if (upload && isUnderWay(upload.state)) {
    const set = { lastByteAt: now, sealedToken, keptUntil: null };
    return { changes: [{ kind: "update", set }], value: "reserved" };
  }
  if (isFullOf(unfinished, token)) return { changes: [], value: "too many" };
  const begun = {
    identity,
    filename,
    file,
    // The photo may have gone that it is to replace: decidePhoto finds that out, and makes nothing.
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

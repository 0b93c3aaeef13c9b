import type {
  Extra,
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
import { isCancelled } from "./end-rules.ts";
import { holdsUse, isPresent, next, useState } from "./rules.ts";

/* How an upload becomes a photo: decisions, as in upload-rules.ts. */

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
  if (isCancelled(upload)) return because("cancelled");
  if (!state) return because("incomplete");
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

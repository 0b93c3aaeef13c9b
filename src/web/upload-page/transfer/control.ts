import { tellCancelled, tellCancelledAtLeaving } from "./cancel.ts";
import { type FileUpload, forgetStored, isOver, stopJobs, storedBytes } from "./file-upload.ts";
import { keepRecord } from "./keep-record.ts";
import type { Machine } from "./machine.ts";
import { finish } from "./settle.ts";

const UNDO_MS = 5000;

/** Bytes that are soon sent again: a file of which the server has no more than these frees its use the moment it is cancelled. */
const SOON_SENT_AGAIN = 4 * 1024 * 1024;

export function pauseUpload({ notices }: Machine, upload: FileUpload): void {
  if (upload.state !== "waiting" && upload.state !== "sending") return;
  stopJobs(upload);
  upload.state = "paused";
  notices.changed(upload.id);
}

export function resumeUpload({ notices }: Machine, upload: FileUpload): void {
  if (upload.state !== "paused") return;
  upload.state = "waiting";
  notices.changed(upload.id);
}

/**
 * Stops a file, and tells the server when this can no longer be undone: a film that was almost there, and cancelled by a slip of the finger,
 * must not be sent from its beginning. A file of which little was sent frees its use for others at once.
 */
export function cancelUpload(machine: Machine, upload: FileUpload): void {
  if (isOver(upload)) return;
  const before = upload.state === "paused" ? "paused" : "waiting";
  const freed = upload.touched && storedBytes(upload) <= SOON_SENT_AGAIN;
  stopJobs(upload);
  upload.state = "cancelled";
  machine.records.forget(upload.id);
  machine.notices.changed(upload.id);
  const tellNow = () => {
    upload.cancel = undefined;
    upload.telling = tell(machine, upload);
  };
  const { undoMs = UNDO_MS } = machine.options;
  if (undoMs === 0) return tellNow();
  upload.cancel = { timer: setTimeout(tellNow, undoMs), before, freed };
  if (!freed) return;
  const telling = freeUse(machine, upload).finally(() => {
    if (upload.telling === telling) upload.telling = undefined;
  });
  upload.telling = telling;
}

/** Tells the server at once. It is told again later: a chunk that was on its way may arrive behind this, and begin the file anew. */
async function freeUse(machine: Machine, upload: FileUpload): Promise<void> {
  const outcome = await tellCancelled(machine, upload);
  if (outcome !== undefined && upload.state === "cancelled") finish(machine, upload, outcome);
  machine.status.askSoon();
}

/** Tells the server that the file was cancelled. If it is added again, it is sent from its beginning, whatever the server still has. */
async function tell(machine: Machine, upload: FileUpload): Promise<void> {
  const { identity, touched, anew } = upload;
  reset(upload);
  upload.anew = touched || anew;
  const outcome = touched ? await tellCancelled(machine, { identity }) : undefined;
  upload.telling = undefined;
  // If the cancelling was undone meanwhile, the file goes on and keeps its lock.
  if (upload.state === "cancelled") releaseLock(upload);
  if (outcome !== undefined && upload.state === "cancelled") finish(machine, upload, outcome);
  machine.status.askSoon();
}

/** Continues a cancelled file where it was, or from its beginning if the server was told already. */
export function undoCancel(machine: Machine, upload: FileUpload): void {
  if (upload.state !== "cancelled") return;
  const { cancel } = upload;
  upload.state = cancel?.before ?? "waiting";
  clearTimeout(cancel?.timer);
  upload.cancel = undefined;
  if (cancel?.freed) {
    reset(upload);
    upload.anew = true;
  }
  if (upload.identity !== undefined || upload.picked.handle) keepRecord(machine, upload);
  machine.notices.changed(upload.id);
}

function releaseLock(upload: FileUpload): void {
  upload.release?.();
  upload.release = undefined;
}

/** Brings a file's state back to what it was before anything was sent. */
export function reset(upload: FileUpload): void {
  stopJobs(upload);
  upload.identity = undefined;
  forgetStored(upload, 0);
  upload.doubtful.clear();
  upload.check = undefined;
  upload.checked = 0;
  upload.turnedAway = 0;
  upload.touched = false;
  upload.begun = false;
  upload.anew = false;
  upload.continued = false;
  upload.guestSent = "";
  upload.waitsFor = undefined;
  upload.refusal = undefined;
  upload.outcome = undefined;
}

/** Tells the server of cancelled files while the page is being left: nobody can undo them any more. */
export function tellAtLeaving(machine: Machine): void {
  for (const upload of machine.uploads.values()) {
    if (upload.cancel === undefined) continue;
    clearTimeout(upload.cancel.timer);
    upload.cancel = undefined;
    if (upload.touched) tellCancelledAtLeaving(machine, upload);
    reset(upload);
    releaseLock(upload);
  }
}

import { tellCancelled, tellCancelledAtLeaving } from "./cancel.ts";
import { type FileUpload, forgetStored, isOver, stopJobs } from "./file-upload.ts";
import { keepRecord } from "./keep-record.ts";
import type { Machine } from "./machine.ts";
import { finish } from "./settle.ts";

const UNDO_MS = 5000;

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
 * Stops a file and tells the server, which frees its use for others at once. It keeps the bytes for as long as that can be undone: a film that
 * was almost there, and cancelled by a slip of the finger, must not be sent from its beginning.
 */
export function cancelUpload(machine: Machine, upload: FileUpload): void {
  if (isOver(upload)) return;
  const before = upload.state === "paused" ? "paused" : "waiting";
  stopJobs(upload);
  upload.state = "cancelled";
  machine.records.forget(upload.id);
  const tellNow = () => {
    upload.cancel = undefined;
    upload.telling = tell(machine, upload);
  };
  const { undoMs = UNDO_MS } = machine.options;
  if (undoMs === 0) tellNow();
  else {
    upload.cancel = { timer: setTimeout(tellNow, undoMs), before, isKept: undefined };
    if (upload.touched) freeUse(machine, upload, undoMs);
  }
  machine.notices.changed(upload.id);
}

/**
 * Tells the server at once, and to keep the bytes. It is told again when the time of Undo is over: a chunk that was on its way may arrive
 * behind this, and undo it.
 */
function freeUse(machine: Machine, upload: FileUpload, undoMs: number): void {
  const isUndone = () => upload.state !== "cancelled";
  const telling = tellCancelled(machine, upload, { keepMs: undoMs, isUndone }).then(
    ({ outcome, isKept }) => {
      if (upload.telling !== telling) return;
      upload.telling = undefined;
      if (outcome !== undefined && !isUndone()) finish(machine, upload, outcome);
      else if (upload.cancel) upload.cancel.isKept = isKept;
      else if (isUndone()) goOn(machine, upload, isKept);
      machine.status.askSoon();
      machine.notices.changed(upload.id);
      machine.wake();
    },
  );
  upload.telling = telling;
}

/**
 * Continues a file that the server knows to be cancelled. Its use may be somebody else's by now: then it waits like a file that has not begun.
 * @param isKept whether the server has kept its bytes; undefined if it did not say
 */
function goOn(machine: Machine, upload: FileUpload, isKept: boolean | undefined): void {
  if (isKept === false) {
    reset(upload);
    upload.anew = true;
    if (upload.picked.handle) keepRecord(machine, upload);
    else machine.records.forget(upload.id);
    return;
  }
  upload.begun = false;
  upload.turnedAway = 0;
  machine.begunSinceStatus += 1;
  // The server is asked first whether its bytes are there, and a use is free.
  upload.check = upload.stored[0]?.[0];
  upload.anew = upload.check === undefined;
}

/** Tells the server that the file was cancelled. If it is added again, it is sent from its beginning, whatever the server still has. */
async function tell(machine: Machine, upload: FileUpload): Promise<void> {
  const { identity, touched, anew } = upload;
  reset(upload);
  upload.anew = touched || anew;
  const { outcome } = touched ? await tellCancelled(machine, { identity }) : {};
  upload.telling = undefined;
  // If the cancelling was undone meanwhile, the file goes on and keeps its lock.
  if (upload.state === "cancelled") releaseLock(upload);
  if (outcome !== undefined && upload.state === "cancelled") finish(machine, upload, outcome);
  machine.notices.changed(upload.id);
  machine.status.askSoon();
}

/** Continues a cancelled file where it was, or from its beginning if the server has not kept its bytes. */
export function undoCancel(machine: Machine, upload: FileUpload): void {
  if (upload.state !== "cancelled") return;
  const { cancel } = upload;
  upload.state = cancel?.before ?? "waiting";
  clearTimeout(cancel?.timer);
  upload.cancel = undefined;
  // While the server is still being told, it goes on behind that.
  if (cancel && upload.touched && upload.telling === undefined) {
    goOn(machine, upload, cancel.isKept);
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

import { tellCancelled } from "./cancel.ts";
import { SMALLEST_CHUNK } from "./chunk-size.ts";
import {
  allStored,
  type FileUpload,
  forgetStored,
  type Job,
  MOST_ASKS,
  noteStored,
  stopJobs,
} from "./file-upload.ts";
import type { Machine } from "./machine.ts";
import type { FileOutcome } from "./outcome.ts";
import { keepRecord } from "./keep-record.ts";
import type { JobEnd } from "./run-job.ts";
import type { FileRefusal, OwnCode, TokenStatus } from "./types.ts";

/** So often everything is compared with the server, and so often a file is turned away, before it is given up. */
const MOST_ROUNDS = 3;

/** What follows from what became of a chunk. */
export function settle(machine: Machine, upload: FileUpload, job: Job, result: JobEnd): void {
  upload.jobs.delete(job);
  if (upload.state === "done" || upload.state === "refused") return;
  // It goes in other chunks since, or was begun anew.
  if (job.identity !== upload.identity && result.kind !== "finished") return;
  switch (result.kind) {
    case "stopped":
      break;
    case "stored":
      settleStored(machine, upload, job);
      break;
    case "missing":
      // The server has forgotten the file, or a part of it.
      forgetStored(upload, MOST_ASKS);
      break;
    case "finished":
      finish(machine, upload, result.outcome);
      break;
    case "refused":
      if (upload.state === "cancelled") break;
      if (beginsAnew(upload, job, result.refusal)) break;
      if (result.refusal.code === "invalid_upload_token")
        void turnAway(machine, upload, result.refusal);
      else refuseUpload(machine, upload, result.refusal);
      break;
    case "blocked":
      if (upload.state !== "cancelled") sendSmaller(machine, upload);
      break;
  }
  machine.notices.changed(upload.id);
  machine.wake();
}

/**
 * A file that was cancelled at an earlier visit, of which nothing is remembered: a chunk of it came before the first one, with
 * which alone it begins anew (protocol 4.8).
 */
function beginsAnew(upload: FileUpload, job: Job, { code }: FileRefusal): boolean {
  if (code !== "upload_cancelled" || upload.turnedAway >= MOST_ROUNDS) return false;
  upload.turnedAway += 1;
  upload.anew = true;
  upload.again.add(job.number);
  // What seemed to be stored may be gone: that shows when all of it is compared, at the end.
  return true;
}

function settleStored(machine: Machine, upload: FileUpload, job: Job): void {
  if (job.check && allStored(upload)) {
    // A part of what an earlier visit remembers is not there any more: each chunk is asked about.
    upload.checked += 1;
    forgetStored(upload, Number.POSITIVE_INFINITY);
    if (upload.checked > MOST_ROUNDS) refuseUpload(machine, upload, own("refused"));
    return;
  }
  if (job.ask && upload.asks > 0) {
    upload.continued = true;
    upload.asks = Math.max(upload.asks, MOST_ASKS);
  }
  upload.again.delete(job.number);
  noteStored(upload, job.number);
  keepRecord(machine, upload);
  // The outcome is in the answer of the chunk that completed the file, which need not be the one that came last; and
  // it may have been lost. Any chunk can be asked about again.
  if (allStored(upload) && upload.jobs.size === 0) upload.check = 1;
}

export function finish(machine: Machine, upload: FileUpload, outcome: FileOutcome): void {
  upload.state = "done";
  upload.outcome = outcome;
  endUpload(machine, upload);
  machine.status.askSoon();
}

export function refuseUpload(machine: Machine, upload: FileUpload, refusal: FileRefusal): void {
  upload.state = "refused";
  upload.refusal = refusal;
  endUpload(machine, upload);
  // What the server refused itself is gone there already; its use would else be held for some minutes.
  if (refusal.message === "" && upload.touched) void tellCancelled(machine, upload);
  machine.status.askSoon();
}

function endUpload(machine: Machine, upload: FileUpload): void {
  stopJobs(upload);
  clearTimeout(upload.cancel?.timer);
  upload.cancel = undefined;
  upload.again.clear();
  upload.release?.();
  upload.release = undefined;
  upload.waitsFor = undefined;
  machine.records.forget(upload.id);
  machine.notices.changed(upload.id);
}

/**
 * The server takes nothing for the token. If uses are only reserved by others at this moment, one that has not begun
 * waits for what becomes of them.
 */
async function turnAway(machine: Machine, upload: FileUpload, refusal: FileRefusal): Promise<void> {
  stopJobs(upload);
  upload.waitsFor = "use";
  const status = await machine.status.ask();
  if (upload.waitsFor !== "use" || upload.state === "cancelled") return;
  const open = status.state === "open" || status.state === "busy";
  if (status.state === "open") upload.turnedAway += 1;
  if (open && !upload.begun && upload.turnedAway <= MOST_ROUNDS) {
    upload.touched = false;
    if (status.state === "open") upload.waitsFor = undefined;
    machine.notices.changed(upload.id);
  } else {
    refuseUpload(machine, upload, { ...refusal, code: codeOfEnd(status) ?? refusal.code });
  }
  machine.wake();
}

/** A refusal that the server has no sentence for. */
function own(code: OwnCode): FileRefusal {
  return { code, message: "" };
}

/** Why nothing goes with this token any more, in a code that can be translated; undefined while it is open. */
export function codeOfEnd({ state }: TokenStatus): string | undefined {
  if (state === "open" || state === "busy") return undefined;
  return state === "invalid" ? "invalid_upload_token" : `token_${state}`;
}

/** What the status says of the files that are waiting. One that has begun may finish after the token's time (protocol 4.1). */
export function followStatus(machine: Machine, status: TokenStatus): void {
  const code = codeOfEnd(status);
  for (const upload of machine.uploads.values()) {
    const waits =
      upload.state === "waiting" || upload.state === "paused" || upload.state === "sending";
    if (!waits) continue;
    if (code !== undefined && (status.state === "revoked" || !upload.touched)) {
      refuseUpload(machine, upload, { code, message: "" });
    } else if (upload.waitsFor === "use" && status.free > 0) {
      upload.waitsFor = undefined;
      machine.notices.changed(upload.id);
    }
  }
  const over = code !== undefined && (status.state !== "expired" || Date.now() > status.graceUntil);
  if (over) void machine.records.forgetAll();
}

/** A proxy lets no chunk of this size through: this file, and all after it, go in smaller ones. */
function sendSmaller(machine: Machine, upload: FileUpload): void {
  const { identity } = upload;
  if (identity === undefined) return;
  if (identity.chunkSize <= SMALLEST_CHUNK) {
    refuseUpload(machine, upload, own("blocked"));
    return;
  }
  machine.line.mostChunk = SMALLEST_CHUNK;
  stopJobs(upload);
  // Its last chunk may have been small enough.
  if (upload.begun) void tellCancelled(machine, { identity });
  upload.identity = { ...identity, chunkSize: SMALLEST_CHUNK };
  forgetStored(upload, 0);
  upload.doubtful.clear();
  upload.check = undefined;
  upload.begun = false;
  keepRecord(machine, upload);
}

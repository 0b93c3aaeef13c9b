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

/** How often all chunks of a file are compared with the server, and how often it is turned away for want of a use, before it is refused. */
const MOST_ROUNDS = 3;

/**
 * Draws the consequences for a file from how one of its chunks ended: what is stored, what is sent next, whether the
 * file is done or refused.
 * @param job the chunk, which is no longer under way
 */
export function settle(machine: Machine, upload: FileUpload, job: Job, result: JobEnd): void {
  upload.jobs.delete(job);
  if (upload.state === "done" || upload.state === "refused") return;
  // The file has been given another chunk size meanwhile, or was started again: this chunk says nothing of it any more.
  if (job.identity !== upload.identity && result.kind !== "finished") return;
  switch (result.kind) {
    case "stopped":
      break;
    case "stored":
      settleStored(machine, upload, job);
      break;
    case "missing":
      // The server has lost the file or a part of it: nothing counts as stored until the server has been asked again.
      forgetStored(upload, MOST_ASKS);
      // If it was cancelled, and its bytes are gone, the server takes its first chunk before others (protocol 4.8).
      upload.anew = true;
      break;
    case "finished":
      finish(machine, upload, result.outcome);
      break;
    case "refused":
      if (upload.state === "cancelled") break;
      if (beginsAnew(upload, job, result.refusal)) break;
      // It is asked again when the file goes on.
      if (job.check) upload.check = job.number;
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
 * Handles the refusal of a file that was cancelled at an earlier visit, which this browser has forgotten: the server takes
 * such a file again only if its first chunk comes alone (protocol 4.8), and another chunk came before it.
 * @returns whether the file is sent again from its first chunk
 */
function beginsAnew(upload: FileUpload, job: Job, { code }: FileRefusal): boolean {
  if (code !== "upload_cancelled" || upload.turnedAway >= MOST_ROUNDS) return false;
  upload.turnedAway += 1;
  upload.anew = true;
  upload.again.add(job.number);
  // Chunks that count as stored may be gone on the server. The check at the end of the file finds that out.
  return true;
}

function settleStored(machine: Machine, upload: FileUpload, job: Job): void {
  if (job.check && allStored(upload)) {
    // All chunks count as stored, yet the server does not say that the file is finished: some that an earlier visit
    // remembers are gone. The server is asked about each of them.
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
  // All chunks are stored and no answer had the outcome: that is in the answer of the chunk that completed the file,
  // which need not be the last one sent, and it may have been lost. Asking about any chunk returns it again.
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
  // Where the engine itself gives the file up, the server is told, or it would hold the use for some more minutes. What
  // the server itself refused (there is a message) is gone there already.
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
  // Where only the session has ended, the record is kept: after signing in again the file goes on where it was.
  if (!ENDS_OF_SESSIONS.has(upload.refusal?.code ?? "")) machine.records.forget(upload.id);
  machine.notices.changed(upload.id);
}

/** Refusals of whoever replaces a photo's file while signed in (protocol 9): the server keeps what it has of the file. */
const ENDS_OF_SESSIONS: ReadonlySet<string> = new Set(["session_ended", "wrong_csrf"]);

/**
 * Handles the server's answer that the token takes no file now. If all uses are merely reserved by other uploads, a file
 * that has not begun waits until one is free again; otherwise it is refused with the reason that the status gives.
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

/** A refusal by the engine itself, with no sentence from the server. */
function own(code: OwnCode): FileRefusal {
  return { code, message: "" };
}

/** Why the token takes no more files, as a code that the page's texts translate; undefined while it takes some. */
export function codeOfEnd({ state }: TokenStatus): string | undefined {
  if (state === "open" || state === "busy") return undefined;
  return state === "invalid" ? "invalid_upload_token" : `token_${state}`;
}

/**
 * Refuses waiting files when the token has ended, and lets them go on when a use is free. A file that has begun may
 * finish after the token's end, unless the token was revoked (protocol 4.1).
 */
export function followStatus(machine: Machine, status: TokenStatus): void {
  const code = codeOfEnd(status);
  for (const upload of machine.uploads.values()) {
    const waits =
      upload.state === "waiting" || upload.state === "paused" || upload.state === "sending";
    if (!waits) continue;
    const isRevoked = status.state === "revoked" && !isAnsweredSoon(upload);
    if (code !== undefined && (isRevoked || (!upload.touched && !mayBeOfOtherTab(upload)))) {
      refuseUpload(machine, upload, { code, message: "" });
    } else if (upload.waitsFor === "use" && status.free > 0) {
      upload.waitsFor = undefined;
      machine.notices.changed(upload.id);
    }
  }
  const over = code !== undefined && (status.state !== "expired" || Date.now() > status.graceUntil);
  if (over) void machine.records.forgetAll();
}

/**
 * Whether all bytes of the file are on their way: it may have arrived before the link was revoked, alone or with others of
 * its request. The answer says so.
 */
function isAnsweredSoon({ jobs, picked: { file } }: FileUpload): boolean {
  return [...jobs].some(
    ({ start, end, retryAt }) => end - start === file.size && retryAt === undefined,
  );
}

/** Whether another tab has the file, or had it, and may have sent it: the server is asked what became of it. */
const mayBeOfOtherTab = ({ waitsFor, asks }: FileUpload): boolean => waitsFor === "tab" || asks > 0;

/** Sends this file, and all that begin after it, in the smallest chunks, since a proxy before the server refuses larger bodies. */
function sendSmaller(machine: Machine, upload: FileUpload): void {
  const { identity } = upload;
  if (identity === undefined) return;
  if (identity.chunkSize <= SMALLEST_CHUNK) {
    refuseUpload(machine, upload, own("blocked"));
    return;
  }
  machine.line.mostChunk = SMALLEST_CHUNK;
  stopJobs(upload);
  // A short last chunk may have got through. It is of no use: with another chunk size the file is another upload.
  if (upload.begun) void tellCancelled(machine, { identity });
  upload.identity = { ...identity, chunkSize: SMALLEST_CHUNK };
  forgetStored(upload, 0);
  upload.doubtful.clear();
  upload.check = undefined;
  upload.begun = false;
  keepRecord(machine, upload);
}

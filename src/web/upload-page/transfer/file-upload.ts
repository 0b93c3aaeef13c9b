import type { UploadIdentity } from "./addresses.ts";
import type { FileOutcome } from "./outcome.ts";
import { countNumbers, firstMissing, hasNumber, type Ranges, withNumber } from "./ranges.ts";
import type { Speedometer } from "./speed.ts";
import type { FileRefusal, FileState, Picked } from "./types.ts";

/** A chunk on its way, or waiting for its next attempt. */
export type Job = {
  identity: UploadIdentity;
  number: number;
  start: number;
  end: number;
  /** The server is asked before the bytes are sent. */
  ask: boolean;
  /** Only asked, whatever the answer is: what is believed of the upload is compared with it. */
  check: boolean;
  /** Bytes that went out in the present attempt. */
  loaded: number;
  failed: number;
  retryAt: number | undefined;
  /** Ends the waiting for the next attempt. */
  wake: () => void;
  stop: AbortController;
};

/** One file, and how far it has come. The one place where what is known of it is kept. */
export type FileUpload = {
  readonly id: string;
  picked: Picked;
  state: Exclude<FileState, "offline">;
  /** Undefined until it is its turn, and its chunk size is chosen or remembered. */
  identity: UploadIdentity | undefined;
  /** Numbers of the chunks that the server has. */
  stored: Ranges;
  /** Chunks that were begun and come again before others do. */
  again: Set<number>;
  /** Chunks whose last attempt may have arrived, though no answer came. */
  doubtful: Set<number>;
  /** The server is asked for each chunk until so many were missing: those behind them were never sent. */
  asks: number;
  /** A chunk to be asked about before anything else is sent. */
  check: number | undefined;
  /** How often everything was checked since all chunks seemed to be there. */
  checked: number;
  jobs: Set<Job>;
  /** The lock was asked for, or is held; called when the file is over. */
  release: (() => void) | undefined;
  preparing: boolean;
  waitsFor: "tab" | "use" | undefined;
  /** The server has seen a chunk of it, now or at an earlier visit. */
  begun: boolean;
  continued: boolean;
  /** The guest's answers that the server has of this file. */
  guestSent: string;
  refusal: FileRefusal | undefined;
  outcome: FileOutcome | undefined;
  cancel: { timer: ReturnType<typeof setTimeout>; before: FileUpload["state"] } | undefined;
  /** The server is being told of the cancelling: nothing of the file may be sent until it has answered. */
  telling: Promise<void> | undefined;
  speedometer: Speedometer;
  /** Bytes that went out; those that were sent again count again. */
  sentInAll: number;
  /** Bytes of it may be on the server, whether it said so or not. */
  touched: boolean;
  /** It was cancelled before: the server takes its first chunk alone until that is stored (protocol 4.8). */
  anew: boolean;
  /** How often the server said that there is no use for it, though the status says that there is. */
  turnedAway: number;
};

/** Chunks never come out of order further than this: so many that are missing are the end of what was sent. */
export const MOST_ASKS = 8;

export const chunksOf = ({ size, chunkSize }: UploadIdentity): number =>
  Math.max(1, Math.ceil(size / chunkSize));

export const isOver = ({ state }: FileUpload): boolean =>
  state === "done" || state === "refused" || state === "cancelled";

/** Bytes of the chunks that the server has. The last chunk is what is left. */
export function storedBytes({ stored, identity }: FileUpload): number {
  if (identity === undefined) return 0;
  const last = chunksOf(identity);
  const bytes = countNumbers(stored) * identity.chunkSize;
  return hasNumber(stored, last) ? bytes - (last * identity.chunkSize - identity.size) : bytes;
}

export function sentBytes(upload: FileUpload): number {
  let bytes = storedBytes(upload);
  for (const job of upload.jobs) bytes += job.loaded;
  return Math.min(bytes, upload.picked.file.size);
}

/** The chunk that goes next; undefined if there is none, or one has to be asked about before. */
export function nextNumber(upload: FileUpload): number | undefined {
  const { identity, stored, again, jobs, check } = upload;
  if (identity === undefined) return undefined;
  if (check !== undefined) return jobs.size === 0 ? check : undefined;
  if (upload.anew) return jobs.size === 0 ? 1 : undefined;
  const running = new Set([...jobs].map(({ number }) => number));
  if (jobs.size > 0 && [...jobs].some((job) => job.check)) return undefined;
  for (const number of again) if (!running.has(number)) return number;
  let number = firstMissing(stored, 1);
  while (running.has(number)) number = firstMissing(stored, number + 1);
  return number <= chunksOf(identity) ? number : undefined;
}

/** Takes the next chunk for an attempt. */
export function takeJob(upload: FileUpload, identity: UploadIdentity, number: number): Job {
  const { size, chunkSize } = identity;
  const start = (number - 1) * chunkSize;
  const check = upload.check === number;
  if (check) upload.check = undefined;
  const job: Job = {
    identity,
    number,
    start,
    end: Math.min(start + chunkSize, size),
    ask: check || upload.asks > 0 || upload.doubtful.has(number),
    check,
    loaded: 0,
    failed: 0,
    retryAt: undefined,
    wake: () => undefined,
    stop: new AbortController(),
  };
  upload.again.delete(number);
  upload.jobs.add(job);
  return job;
}

export function noteStored(upload: FileUpload, number: number): void {
  upload.stored = withNumber(upload.stored, number);
  upload.doubtful.delete(number);
  upload.begun = true;
  upload.anew = false;
}

export const allStored = ({ stored, identity }: FileUpload): boolean =>
  identity !== undefined && countNumbers(stored) >= chunksOf(identity);

/** What is believed of the file is wrong, or its upload is another one from now on. */
export function forgetStored(upload: FileUpload, asks: number): void {
  upload.stored = [];
  upload.again.clear();
  upload.asks = asks;
}

/** Stops what is on its way; it comes first when the file goes on. */
export function stopJobs(upload: FileUpload): void {
  for (const job of upload.jobs) {
    if (job.check) upload.check = job.number;
    else upload.again.add(job.number);
    job.stop.abort();
    job.wake();
  }
  upload.jobs.clear();
}

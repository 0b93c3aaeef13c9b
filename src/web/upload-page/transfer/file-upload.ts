import type { UploadIdentity } from "./addresses.ts";
import type { FileOutcome } from "./outcome.ts";
import { countNumbers, firstMissing, hasNumber, type Ranges, withNumber } from "./ranges.ts";
import type { Speedometer } from "./speed.ts";
import type { FileRefusal, FileState, Picked, Trouble } from "./types.ts";

/** A chunk that is on its way, or waits for its next attempt. `start` and `end` are bytes of the file, the end not included. */
export type Job = {
  identity: UploadIdentity;
  number: number;
  start: number;
  end: number;
  /** Whether the server is asked for the chunk before its bytes are sent. */
  ask: boolean;
  /** Whether the server is only asked, and nothing sent: to find out if it still has what it is believed to have. */
  check: boolean;
  /** Bytes that went out in this attempt. */
  loaded: number;
  /** Attempts that failed in a row. */
  failed: number;
  /** Why the last of these failed; says nothing where there are none. */
  trouble: Trouble;
  /** When the next attempt is made, in Unix milliseconds; undefined while one is under way. */
  retryAt: number | undefined;
  /** Makes the next attempt at once. */
  wake: () => void;
  stop: AbortController;
  /** Identifies the request in which it is sent together with others; undefined if it is sent alone. */
  batch: symbol | undefined;
};

/** One file and how far it has come: all that the engine knows of it. */
export type FileUpload = {
  readonly id: string;
  picked: Picked;
  state: Exclude<FileState, "offline">;
  /** Undefined until it is nearly its turn: then its chunk size is chosen, or taken from an earlier visit. */
  identity: UploadIdentity | undefined;
  /** Numbers of the chunks that the server has. */
  stored: Ranges;
  /** Chunks that were begun but not stored; they are sent before others. */
  again: Set<number>;
  /** Chunks whose last attempt may have arrived, though no answer came. */
  doubtful: Set<number>;
  /** Before a chunk is sent, the server is asked for it, until this many were missing: then the rest was never sent. 0: not asked. */
  asks: number;
  /** Number of a chunk that the server is asked about before anything else is sent. */
  check: number | undefined;
  /** How often all chunks seemed to be stored although the file was not finished. */
  checked: number;
  jobs: Set<Job>;
  /** Releases the lock against other tabs, or stops waiting for it; undefined if it was not asked for. */
  release: (() => void) | undefined;
  /** Whether `prepare` is at work: it waits for the lock and for what earlier visits remember. */
  preparing: boolean;
  /** As in `Transfer`. */
  waitsFor: "tab" | "use" | undefined;
  /** The server has stored a chunk of it, now or at an earlier visit. */
  begun: boolean;
  /** As in `Transfer`. */
  continued: boolean;
  /** The guest's name and note that the server last got with this file, as JSON. */
  guestSent: string;
  refusal: FileRefusal | undefined;
  outcome: FileOutcome | undefined;
  /**
   * While a cancelled file can be undone: the timer after which the server is told for good, the state to return to, and whether the server
   * keeps its bytes; undefined as long as it has not said so.
   */
  cancel:
    | {
        timer: ReturnType<typeof setTimeout>;
        before: FileUpload["state"];
        isKept: boolean | undefined;
      }
    | undefined;
  /** While the server is being told that the file was cancelled: nothing of the file may be sent before that has settled. */
  telling: Promise<void> | undefined;
  speedometer: Speedometer;
  /** Bytes that went out, those that were sent again counted again. */
  sentInAll: number;
  /** The server may have bytes of it, whether it said so or not. */
  touched: boolean;
  /** It was cancelled before: until its first chunk is stored, the server takes no other (protocol 4.8). */
  anew: boolean;
  /** How often the server said that there is no use for it, though the status says that there is. */
  turnedAway: number;
};

/** Chunks are never sent further out of order than this: when so many were missing, nothing behind them was ever sent. */
export const MOST_ASKS = 8;

export const chunksOf = ({ size, chunkSize }: UploadIdentity): number =>
  Math.max(1, Math.ceil(size / chunkSize));

export const isOver = ({ state }: FileUpload): boolean =>
  state === "done" || state === "refused" || state === "cancelled";

/** Bytes of the chunks that the server has. The last chunk of a file may be shorter than the others. */
export function storedBytes({ stored, identity }: FileUpload): number {
  if (identity === undefined) return 0;
  const last = chunksOf(identity);
  const bytes = countNumbers(stored) * identity.chunkSize;
  return hasNumber(stored, last) ? bytes - (last * identity.chunkSize - identity.size) : bytes;
}

/** Bytes that are stored on the server or on their way. */
export function sentBytes(upload: FileUpload): number {
  let bytes = storedBytes(upload);
  for (const job of upload.jobs) bytes += job.loaded;
  return Math.min(bytes, upload.picked.file.size);
}

/** The number of the chunk to begin next; undefined if there is none, or if a chunk under way has to end first. */
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

/** Makes a chunk that is to be begun a `Job` of the file. */
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
    trouble: "silent",
    retryAt: undefined,
    wake: () => undefined,
    stop: new AbortController(),
    batch: undefined,
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

/**
 * Counts no chunk as stored any more: the server may have lost some, or the upload is another one from now on.
 * @param asks the server is asked for chunks before they are sent, until this many were missing
 */
export function forgetStored(upload: FileUpload, asks: number): void {
  upload.stored = [];
  upload.again.clear();
  upload.asks = asks;
}

/** Stops the chunks that are on their way; they are sent first when the file continues. */
export function stopJobs(upload: FileUpload): void {
  for (const job of upload.jobs) {
    if (job.check) upload.check = job.number;
    else upload.again.add(job.number);
    job.stop.abort();
    job.wake();
  }
  upload.jobs.clear();
}

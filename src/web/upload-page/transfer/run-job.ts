import { chunkAddress } from "./addresses.ts";
import { judge, NO_ANSWER, type Reply, type Verdict } from "./answer.ts";
import { isUnanswered, type Unanswered } from "./exchange.ts";
import type { FileUpload, Job } from "./file-upload.ts";
import { type Machine, measure } from "./machine.ts";
import { retryDelay } from "./retry.ts";
import type { EngineOptions, Trouble } from "./types.ts";

/** How a chunk ended. "missing": the server does not have a chunk that was only asked about. "stopped": the file was paused or cancelled. */
export type JobEnd = Exclude<Verdict, { kind: "again" }> | { kind: "stopped" };

/** While the browser reports no network, attempts are made this often all the same: browsers may be wrong about it. */
const OFFLINE_MS = 20_000;
/** The guest's name and note are sent in the address up to this many letters, else in a form. nginx takes addresses of 8 KB. */
const LONGEST_QUERY = 4000;

export const CHANGED_FILE = {
  kind: "refused",
  refusal: { code: "file_changed", message: "" },
} as const;

/** Asks the server for a chunk if `job.ask` says so, sends it if it is missing, and tries again until there is a final answer. */
export async function runJob(machine: Machine, upload: FileUpload, job: Job): Promise<JobEnd> {
  const { signal } = job.stop;
  while (!signal.aborted) {
    const verdict = await (job.ask ? askChunk(machine, job) : sendChunk(machine, upload, job));
    if (verdict.kind === "missing") {
      if (job.check) return verdict;
      noteMissing(upload, job);
    } else if (verdict.kind !== "again") {
      return verdict;
    } else if (!signal.aborted) {
      if (!(await isReadable(upload.picked.file))) return CHANGED_FILE;
      await waitForRetry(machine, [{ upload, job, trouble: verdict.trouble }], verdict.afterMs);
    }
  }
  return { kind: "stopped" };
}

function noteMissing(upload: FileUpload, job: Job): void {
  job.ask = false;
  upload.doubtful.delete(job.number);
  upload.asks = Math.max(0, upload.asks - 1);
}

async function askChunk(machine: Machine, job: Job): Promise<Verdict> {
  const url = chunkAddress(machine.options, job.identity, job.number);
  const reply = await machine.exchange.send({ method: "GET", url, signal: job.stop.signal });
  return verdictOf(reply);
}

async function sendChunk(machine: Machine, upload: FileUpload, job: Job): Promise<Verdict> {
  const { options, exchange, notices } = machine;
  const guest = answersOfGuest(options);
  const said = JSON.stringify(guest);
  const message = messageOf(options, upload, job, upload.guestSent === said ? [] : guest);
  touch(machine, upload);
  job.loaded = 0;
  const onProgress = (bytes: number) => {
    const loaded = Math.min(bytes, job.end - job.start);
    measure(machine, upload, loaded - job.loaded);
    job.loaded = loaded;
    notices.changed(upload.id);
  };
  const reply = await exchange.send({
    method: "POST",
    ...message,
    signal: job.stop.signal,
    onProgress,
  });
  if (isUnanswered(reply)) {
    noteUnanswered(upload, job, reply);
    job.ask = reply.sent;
  }
  const verdict = verdictOf(reply);
  if (verdict.kind === "stored" || verdict.kind === "finished") {
    onProgress(job.end - job.start);
    upload.guestSent = said;
  } else {
    job.loaded = 0;
  }
  // The server never answers a sent chunk with "missing": something between here and the server made that answer.
  return verdict.kind === "missing" ? NO_ANSWER : verdict;
}

/** If all bytes had gone out, the chunk may be stored and only the answer lost: the server is asked next time. */
export function noteUnanswered(upload: FileUpload, job: Job, { sent }: Unanswered): void {
  if (sent) upload.doubtful.add(job.number);
}

/** Notes that bytes of this file may be on the server from now on, and that it takes a use. */
export function touch(machine: Machine, upload: FileUpload): void {
  if (upload.touched) return;
  upload.touched = true;
  machine.begunSinceStatus += 1;
}

function verdictOf(reply: Reply | Unanswered): Verdict {
  return isUnanswered(reply) ? NO_ANSWER : judge(reply, Date.now());
}

/** The request for a chunk. Its bytes are the body, and parameters stand in the address: a form would cost both sides more work. */
function messageOf(
  options: EngineOptions,
  upload: FileUpload,
  job: Job,
  guest: [string, string][],
): { url: string; body: Blob | FormData; type?: string } {
  const url = chunkAddress(options, job.identity, job.number);
  const { file } = upload.picked;
  // A file of one chunk is sent as it is, without `slice`, which takes browsers half a millisecond.
  const bytes = job.end - job.start === file.size ? file : file.slice(job.start, job.end);
  const query = guest.length === 0 ? "" : `&${new URLSearchParams(guest)}`;
  if (query.length <= LONGEST_QUERY) {
    return { url: url + query, body: bytes, type: "application/octet-stream" };
  }
  const form = new FormData();
  for (const [name, value] of guest) form.append(name, value);
  form.append("file", bytes, upload.picked.file.name);
  return { url, body: form };
}

export function answersOfGuest({ guest }: EngineOptions): [string, string][] {
  const { name, note } = guest();
  const fields: [string, string][] = [
    ["guest_name", name],
    ["guest_note", note],
  ];
  return fields.filter(([, value]) => value !== "");
}

/** Whether the file can still be read. Sending one that was changed or deleted meanwhile fails just like a broken network. */
export async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Waits for the next attempt. Chunks keep their lane meanwhile: the next file in line would not be answered either. */
export async function waitForRetry(
  { notices }: Machine,
  waiting: readonly { upload: FileUpload; job: Job; trouble: Trouble }[],
  afterMs = 0,
): Promise<void> {
  for (const { job, trouble } of waiting) {
    job.failed += 1;
    job.trouble = trouble;
  }
  const failed = Math.max(...waiting.map(({ job }) => job.failed));
  const offline = navigator.onLine ? 0 : OFFLINE_MS;
  const delay = Math.max(afterMs, offline, retryDelay(failed, Math.random()));
  const retryAt = Date.now() + delay;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, delay);
    const wake = () => {
      clearTimeout(timer);
      for (const { job } of waiting) job.failed = Math.min(job.failed, 1);
      resolve();
    };
    for (const { upload, job } of waiting) {
      Object.assign(job, { wake, retryAt });
      notices.changed(upload.id);
    }
  });
  for (const { upload, job } of waiting) {
    job.wake = () => undefined;
    job.retryAt = undefined;
    notices.changed(upload.id);
  }
}

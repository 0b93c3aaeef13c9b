import {
  batchBytes,
  type BatchMember,
  isBatchable,
  isBeingPrepared,
  MOST_TOGETHER,
  nextTogether,
} from "./batch.ts";
import { chunkSizeFor } from "./chunk-size.ts";
import { chunksOf, type FileUpload, isOver, type Job, nextNumber, takeJob } from "./file-upload.ts";
import { BATCHES, depart, type Flight, LANES, mayStart } from "./lanes.ts";
import type { Machine } from "./machine.ts";
import { prepare } from "./prepare.ts";
import { runBatch } from "./run-batch.ts";
import { type JobEnd, runJob, touch } from "./run-job.ts";
import { codeOfEnd, refuseUpload, settle } from "./settle.ts";

/** How many files are prepared (lock, record) before it is their turn, so that no lane waits for that. */
const READY_AHEAD = (BATCHES + 1) * MOST_TOGETHER;

/** Starts chunks in the order of the list of files, as many as may be on their way at once. */
export function startWaiting(machine: Machine): void {
  if (machine.closed) return;
  const uploads = [...machine.uploads.values()].filter(mayGo);
  prepareSome(machine, uploads);
  const flight = flightOf(machine);
  const together = startTogether(machine, uploads, flight);
  for (const upload of uploads) {
    if (flight.large + flight.small >= LANES) return;
    if (together && isBatchable(upload)) continue;
    startChunks(machine, upload, flight, smallWaits(machine, uploads, upload));
  }
}

const mayGo = ({ state, waitsFor, telling }: FileUpload): boolean =>
  (state === "waiting" || state === "sending") && waitsFor === undefined && telling === undefined;

function prepareSome(machine: Machine, uploads: readonly FileUpload[]): void {
  let ready = 0;
  for (const upload of uploads) {
    if (ready >= READY_AHEAD) return;
    if (upload.identity === undefined && !upload.preparing) void prepare(machine, upload);
    if (upload.jobs.size === 0) ready += 1;
  }
}

function flightOf({ uploads }: Machine): Flight {
  const flight: Flight = { large: 0, small: 0, batches: 0, bytes: 0 };
  const batches = new Map<symbol, number>();
  for (const upload of uploads.values()) {
    for (const { batch, start: from, end } of upload.jobs) {
      if (batch === undefined) depart(flight, { large: isLarge(upload), bytes: end - from });
      else batches.set(batch, (batches.get(batch) ?? 0) + end - from);
    }
  }
  for (const bytes of batches.values()) depart(flight, { large: false, batch: true, bytes });
  return flight;
}

const isLarge = ({ identity }: FileUpload): boolean =>
  identity !== undefined && chunksOf(identity) > 1;

/** Whether a file of one chunk, other than this one, waits for its turn. */
function smallWaits({ line }: Machine, uploads: readonly FileUpload[], but: FileUpload): boolean {
  return uploads.some(({ id, identity, jobs, picked: { file } }) => {
    if (jobs.size > 0 || id === but.id) return false;
    const chunkSize = identity?.chunkSize ?? chunkSizeFor(file.size, line.known, line.mostChunk);
    return file.size <= chunkSize;
  });
}

function startChunks(
  machine: Machine,
  upload: FileUpload,
  flight: Flight,
  smallWaiting: boolean,
): void {
  for (;;) {
    const number = nextNumber(upload);
    if (number === undefined || upload.identity === undefined) return;
    const { size, chunkSize } = upload.identity;
    const bytes = Math.min(chunkSize, size - (number - 1) * chunkSize);
    const next = { large: isLarge(upload), bytes };
    if (!mayStart(next, flight, machine.line.known, smallWaiting)) return;
    if (!hasUse(machine, upload)) return;
    depart(flight, next);
    start(machine, upload, takeJob(upload, upload.identity, number));
  }
}

/**
 * Starts requests that send several small files together, as many requests as may be on their way at once.
 * @returns true if the small files that are left wait for the next such request: none of them is sent alone then
 */
function startTogether(machine: Machine, uploads: readonly FileUpload[], flight: Flight): boolean {
  const { line } = machine;
  if (!line.together) return false;
  let ones = uploads.filter((upload) => isBatchable(upload) || isBeingPrepared(upload));
  for (;;) {
    const next = nextTogether(ones, batchBytes(line.known, line.mostChunk));
    if (next.length < 2) return false;
    const bytes = next.reduce((sum, { picked }) => sum + picked.file.size, 0);
    const departure = { large: false, batch: true, bytes };
    if (next.some(isBeingPrepared) || !mayStart(departure, flight, line.known, false)) return true;
    const batch = Symbol("batch");
    const members = next.flatMap((upload) => takeMember(machine, upload, batch) ?? []);
    if (members.length > 0) {
      depart(flight, departure);
      void runBatch(machine, members, ({ upload, job }, end) => ended(machine, upload, job, end));
    }
    // If the token has no use for one file, it has none for the files behind it.
    if (members.length < next.length) return true;
    ones = ones.slice(next.length);
  }
}

/** Takes a file into a request with others. Undefined if the token has no use for it. */
function takeMember(machine: Machine, upload: FileUpload, batch: symbol): BatchMember | undefined {
  if (upload.identity === undefined || !hasUse(machine, upload)) return undefined;
  touch(machine, upload);
  const job = takeJob(upload, upload.identity, 1);
  job.batch = batch;
  upload.state = "sending";
  machine.notices.changed(upload.id);
  return { upload, job };
}

/**
 * Whether the token has a use for this file, as far as is known; if it has none, the file waits, and is refused where the token has
 * ended. A file that has begun has its use, and to ask about one takes none.
 */
function hasUse(machine: Machine, upload: FileUpload): boolean {
  if (upload.touched || upload.asks > 0) return true;
  const status = machine.status.current();
  const { state, free } = status;
  if (state === "open" && free > machine.begunSinceStatus) return true;
  const code = codeOfEnd(status);
  if (code !== undefined) {
    refuseUpload(machine, upload, { code, message: "" });
    return false;
  }
  if (state === "busy") {
    upload.waitsFor = "use";
    machine.notices.changed(upload.id);
  }
  machine.status.askSoon();
  return false;
}

function start(machine: Machine, upload: FileUpload, job: Job): void {
  upload.state = "sending";
  machine.notices.changed(upload.id);
  void runJob(machine, upload, job).then((end) => ended(machine, upload, job, end));
}

function ended(machine: Machine, upload: FileUpload, job: Job, end: JobEnd): void {
  if (!isOver(upload) || end.kind === "finished") settle(machine, upload, job, end);
  else machine.wake();
}

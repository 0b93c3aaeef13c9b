import { chunkSizeFor } from "./chunk-size.ts";
import { chunksOf, type FileUpload, isOver, type Job, nextNumber, takeJob } from "./file-upload.ts";
import { type Departure, type Flight, LANES, mayStart } from "./lanes.ts";
import type { Machine } from "./machine.ts";
import { prepare } from "./prepare.ts";
import { runJob } from "./run-job.ts";
import { settle } from "./settle.ts";

/** How many files are prepared (lock, record) before it is their turn, so that no lane waits for that. */
const READY_AHEAD = 2 * LANES;

/** Starts chunks in the order of the list of files, as many as may be on their way at once. */
export function startWaiting(machine: Machine): void {
  if (machine.closed) return;
  const uploads = [...machine.uploads.values()].filter(mayGo);
  prepareSome(machine, uploads);
  const flight = flightOf(machine);
  for (const upload of uploads) {
    if (flight.large + flight.small >= LANES) return;
    startChunks(machine, upload, flight, smallWaits(machine, uploads, upload));
  }
}

const mayGo = (upload: FileUpload): boolean =>
  (upload.state === "waiting" || upload.state === "sending") && upload.waitsFor === undefined;

function prepareSome(machine: Machine, uploads: readonly FileUpload[]): void {
  let ready = 0;
  for (const upload of uploads) {
    if (ready >= READY_AHEAD) return;
    if (upload.identity === undefined && !upload.preparing) void prepare(machine, upload);
    if (upload.jobs.size === 0) ready += 1;
  }
}

function flightOf({ uploads }: Machine): Flight {
  const flight: Flight = { large: 0, small: 0, bytes: 0 };
  for (const upload of uploads.values()) {
    for (const job of upload.jobs)
      depart(flight, { large: isLarge(upload), bytes: job.end - job.start });
  }
  return flight;
}

function depart(flight: Flight, { large, bytes }: Departure): void {
  if (large) flight.large += 1;
  else flight.small += 1;
  flight.bytes += bytes;
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

/** Whether the token has a use for this file, as far as is known; if it has none, the file waits. A file that has begun has its use. */
function hasUse(machine: Machine, upload: FileUpload): boolean {
  if (upload.touched) return true;
  const { state, free } = machine.status.current();
  if (state === "open" && free > machine.begunSinceStatus) return true;
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
  void runJob(machine, upload, job).then((end) => {
    if (!isOver(upload) || end.kind === "finished") settle(machine, upload, job, end);
    else machine.wake();
  });
}

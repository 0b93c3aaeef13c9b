import { credentials, headersOf, nameOfRight } from "./addresses.ts";
import { countInBatches, notCounted } from "./batch.ts";
import {
  cancelUpload,
  pauseUpload,
  reset,
  resumeUpload,
  tellAtLeaving,
  undoCancel,
} from "./control.ts";
import { createExchange } from "./exchange.ts";
import { type FileUpload, isOver, stopJobs } from "./file-upload.ts";
import { fingerprint, identifierOf } from "./identity.ts";
import { recordOf } from "./keep-record.ts";
import type { Machine } from "./machine.ts";
import { createNotices } from "./notices.ts";
import { startWaiting } from "./start-waiting.ts";
import { rememberFiles } from "./remembered.ts";
import { followStatus } from "./settle.ts";
import { snapshotOf } from "./snapshot.ts";
import { createSpeedometer } from "./speed.ts";
import { createTabLocks } from "./tab-locks.ts";
import { type FetchedStatus, readStatus, watchStatus } from "./token-status.ts";
import type { Engine, EngineOptions, Picked, TokenStatus, Transfer } from "./types.ts";
import { listUnfinished } from "./unfinished.ts";

const STATUS_MS = 3000;
/** While something is sent, speeds and the time left are updated this often. */
const TICK_MS = 500;

/**
 * Sends files to an upload token, or new bytes to a photo, several at a time, in chunks (protocol 4.2). Puts the parts of this
 * folder together: the state that all files share is the `Machine`, that of one file a `FileUpload`.
 */
export function createEngine(options: EngineOptions): Engine {
  const machine = createMachine(options);
  const snapshots = createSnapshots(machine);
  const stopListening = listenToBrowser(machine);
  machine.status.listen((status) => followStatus(machine, status));
  const tick = setInterval(() => noteTime(machine), TICK_MS);

  const each = (run: (upload: FileUpload) => void) => {
    for (const upload of machine.uploads.values()) run(upload);
    machine.wake();
  };
  const one = (id: string, run: (upload: FileUpload) => void) => {
    const upload = machine.uploads.get(id);
    if (upload !== undefined) run(upload);
    machine.wake();
  };
  const add = (files: readonly Picked[]) => {
    const ids = addFiles(machine, files);
    return ids.flatMap((id) => snapshots.one(id) ?? []);
  };

  return {
    add,
    pause: (id) => one(id, (upload) => pauseUpload(machine, upload)),
    resume: (id) => one(id, (upload) => resumeUpload(machine, upload)),
    pauseAll: () => each((upload) => pauseUpload(machine, upload)),
    resumeAll: () => each((upload) => resumeUpload(machine, upload)),
    retryNow: () => retryNow(machine),
    cancel: (id) => one(id, (upload) => cancelUpload(machine, upload)),
    told: async (id) => machine.uploads.get(id)?.telling,
    undoCancel: (id) => one(id, (upload) => undoCancel(machine, upload)),
    remove(id) {
      const upload = machine.uploads.get(id);
      if (upload === undefined || !isOver(upload) || upload.cancel !== undefined) return;
      machine.uploads.delete(id);
      machine.notices.changed(id);
    },
    transfers: snapshots.all,
    transfer: snapshots.one,
    speed: () => machine.line.meter.speed(),
    onChange: machine.notices.listen,
    status: machine.status.current,
    onStatus: machine.status.listen,
    askStatus: async () => void (await machine.status.ask()),
    unfinished: () => listUnfinished(machine, add),
    close() {
      machine.closed = true;
      clearInterval(tick);
      stopListening();
      for (const upload of machine.uploads.values()) {
        stopJobs(upload);
        clearTimeout(upload.cancel?.timer);
        upload.release?.();
      }
      machine.status.stop();
      machine.notices.stop();
      void machine.records.flush();
    },
  };
}

function createMachine(options: EngineOptions): Machine {
  const print = fingerprint(nameOfRight(options.by));
  const records = rememberFiles(print);
  let woken = false;
  const machine: Machine = {
    options,
    uploads: new Map(),
    exchange: createExchange(headersOf(options)),
    notices: createNotices(),
    records,
    remembered: Promise.resolve([]),
    locks: createTabLocks(print),
    status: watchStatus(options.status, options.statusMs ?? STATUS_MS, () => fetchStatus(machine)),
    line: {
      meter: createSpeedometer(),
      bytes: 0,
      known: undefined,
      mostChunk: Number.POSITIVE_INFINITY,
      together: "uploadToken" in options.by,
    },
    begunSinceStatus: 0,
    closed: false,
    wake() {
      if (woken) return;
      woken = true;
      queueMicrotask(() => {
        woken = false;
        startWaiting(machine);
      });
    },
  };
  return machine;
}

async function fetchStatus(machine: Machine): Promise<FetchedStatus> {
  const begun = machine.begunSinceStatus;
  const inBatches = countInBatches(machine.uploads.values());
  const before = machine.status.current().free - begun;
  const status = await askForStatus(machine.options);
  const free = status?.free ?? 0;
  // Without an answer nothing is known of free uses: files that wait for one have the status asked for again.
  if (status === undefined) machine.wake();
  return {
    status,
    // Only now, in the moment in which the new status becomes the current one: before that, files would be started by the old
    // status without those that this one counts.
    whenKnown: () => {
      machine.begunSinceStatus += notCounted(before, free, inBatches) - begun;
      machine.wake();
    },
  };
}

async function askForStatus(options: EngineOptions): Promise<TokenStatus | undefined> {
  // A photo's file is replaced by the right of a session, which has no uses to be counted.
  if ("photoId" in options.by) return options.status;
  try {
    const query = new URLSearchParams(credentials(options));
    const response = await fetch(`${options.api}photo/upload-token-status?${query}`, {
      cache: "no-store",
    });
    return readStatus(await response.json(), Date.now());
  } catch {
    return undefined;
  }
}

/** Lists files that are not listed yet. @returns the ids of all of them, in their order */
function addFiles(machine: Machine, files: readonly Picked[]): string[] {
  machine.remembered = machine.records.all();
  const ids = files.map((picked) => {
    const id = identifierOf(picked.file, picked.path);
    const known = machine.uploads.get(id);
    if (known === undefined) machine.uploads.set(id, newUpload(id, picked));
    else if (known.state === "cancelled") undoCancel(machine, known);
    else if (known.state === "refused") beginAgain(known, picked);
    machine.notices.changed(id);
    return id;
  });
  const kept = ids.flatMap((id) => machine.uploads.get(id) ?? []);
  const handled = kept.filter(({ picked, state }) => picked.handle && state === "waiting");
  void machine.records.keepNew(handled.map(recordOf));
  machine.wake();
  return ids;
}

function beginAgain(upload: FileUpload, picked: Picked): void {
  reset(upload);
  upload.picked = picked;
  upload.state = "waiting";
}

function newUpload(id: string, picked: Picked): FileUpload {
  return {
    id,
    picked,
    state: "waiting",
    identity: undefined,
    stored: [],
    again: new Set(),
    doubtful: new Set(),
    asks: 0,
    check: undefined,
    checked: 0,
    jobs: new Set(),
    release: undefined,
    preparing: false,
    waitsFor: undefined,
    touched: false,
    begun: false,
    anew: false,
    turnedAway: 0,
    continued: false,
    guestSent: "[]",
    refusal: undefined,
    outcome: undefined,
    cancel: undefined,
    telling: undefined,
    speedometer: createSpeedometer(),
    sentInAll: 0,
  };
}

function retryNow(machine: Machine): void {
  for (const upload of machine.uploads.values()) {
    for (const job of upload.jobs) job.wake();
  }
  machine.status.askSoon();
  machine.wake();
}

/** Makes the snapshots that components read. The same object is returned until something about the file changes. */
function createSnapshots(machine: Machine) {
  const made = new Map<string, Transfer>();
  let list: readonly Transfer[] | undefined;
  machine.notices.before((id) => {
    made.delete(id);
    list = undefined;
  });
  const one = (id: string): Transfer | undefined => {
    const upload = machine.uploads.get(id);
    if (upload === undefined) return undefined;
    const snapshot = made.get(id) ?? snapshotOf(upload, navigator.onLine);
    made.set(id, snapshot);
    return snapshot;
  };
  const all = () => (list ??= [...machine.uploads.keys()].flatMap((id) => one(id) ?? []));
  return { one, all };
}

function listenToBrowser(machine: Machine): () => void {
  const listening = new AbortController();
  const options = { signal: listening.signal };
  const noteAll = () => {
    for (const id of machine.uploads.keys()) machine.notices.changed(id);
  };
  window.addEventListener(
    "online",
    () => {
      machine.exchange.networkChanged();
      noteAll();
      retryNow(machine);
    },
    options,
  );
  window.addEventListener("offline", noteAll, options);
  window.addEventListener(
    "pagehide",
    () => {
      tellAtLeaving(machine);
      void machine.records.flush();
    },
    options,
  );
  return () => listening.abort();
}

/** Measures speeds again although nothing was sent: where nothing moves, no other event would lower them. */
function noteTime(machine: Machine): void {
  const now = performance.now();
  let sending = false;
  for (const upload of machine.uploads.values()) {
    if (upload.jobs.size === 0) continue;
    sending = true;
    upload.speedometer.record(upload.sentInAll, now);
    machine.notices.changed(upload.id);
  }
  if (sending) machine.line.meter.record(machine.line.bytes, now);
  else machine.line.meter.reset();
}

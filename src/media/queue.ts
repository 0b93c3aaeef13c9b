import type { Files } from "../files/files.ts";
import type { MediaJob, MediaRecords, PhotoRecords } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
import { createBell } from "./bell.ts";
import { carryOutJob, type JobContext, type MediaAttempt } from "./media-job.ts";
import { createLaneProcess } from "./lane-process.ts";
import type { MediaProcess } from "./media-process.ts";

export type MediaQueueOptions = {
  records: { media: MediaRecords; photos: Pick<PhotoRecords, "byId"> };
  files: Pick<Files, "originals" | "thumbnails">;
  /** Names this process in leases. */
  lease: string;
  /** Media processes at the same time; 0 for none: then jobs wait. */
  workers: number;
  /** The path of ffmpeg, where there is one. */
  ffmpeg: string | null;
  /** The command line of this program. */
  program: readonly string[];
  /** Whether the disk has room for what nobody waits for. */
  hasRoom: () => boolean;
  /** Whether the server has much to do at this moment: then the next job waits (`giveWay`). */
  isBusy: () => boolean;
  now: () => number;
  onAttempt: (attempt: MediaAttempt) => void;
  /** The queue itself could not be read or written; it is looked at again in a while. */
  onError: (error: unknown) => void;
  limits?: Partial<MediaLimits>;
};

/** In milliseconds. */
export type MediaLimits = {
  /** Of one job. */
  job: number;
  /** How long a process waits for another job before it is ended. */
  idle: number;
  /** Before the second attempt. */
  retry: number;
};

const LIMITS: MediaLimits = { job: 120_000, idle: 10_000, retry: 10_000 };

/** Makes facts and thumbnails of originals, in processes of their own, as long as there are any in the queue. */
export interface MediaQueue {
  /** There may be something to do: look now. */
  wake(): void;
  /** Waits until nothing is due. */
  idle(): Promise<void>;
  /** Ends what is under way; it waits for the next start, and does not count as an attempt. */
  stop(): Promise<void>;
}

/** A job that was under way as often as this when the server was killed may be what kills it. */
const MOST_CLAIMS = 10;

/** Before the queue is looked at again after it failed, or while the disk is full. */
const REST_MS = 30_000;

/**
 * Whoever looks at the archive looks at what came last, which has its thumbnails first, even where a thousand are waiting. Of so
 * many jobs one is what waits longest, so that nothing waits for ever while more is coming.
 */
const OLDEST_EACH = 4;

/** How many times as long as the last job a busy server has before the next one. */
const RESTS = 9;

/** How often a lane that gives way asks whether the server is still busy. */
const LOOK_AT_LOAD_MS = 100;

/** How often the queue is looked at when nobody has rung: a command beside the server may have put jobs into it. */
const LOOK_EVERY_MS = 60_000;

/** How often `idle` looks. */
const LOOK_MS = 50;

export function createMediaQueue(options: MediaQueueOptions): MediaQueue {
  const { records, now, workers, lease } = options;
  const limits = { ...LIMITS, ...options.limits };
  const bell = createBell();
  const quiet = createBell();
  const later = createTimer(wake);
  const stopping = new AbortController();
  const { signal } = stopping;
  /** Each takes job after job, with a process that it keeps while there are any. */
  const lanes = new Set<Promise<void>>();
  const processes = new Set<MediaProcess>();
  /** Lanes that are at a job, or look for one. */
  const busy = new Set<symbol>();
  const context: JobContext = {
    ...options,
    isStopping: () => signal.aborted,
    limitMs: limits.job,
    retryMs: limits.retry,
  };

  let claims = 0;

  const recovered = workers > 0 ? recover(options) : Promise.resolve();
  const queued =
    workers > 0
      ? recovered.then(() => queueArchive(options, signal, wake)).catch(failed)
      : recovered;
  wake();

  function failed(error: unknown): void {
    if (signal.aborted) return;
    options.onError(error);
    later.in(REST_MS);
  }

  function wake(): void {
    if (signal.aborted) return;
    bell.ring();
    if (lanes.size >= workers) return;
    const self = Symbol();
    busy.add(self);
    const lane = recovered
      .then(() => runLane(self))
      .catch(failed)
      .finally(() => {
        lanes.delete(lane);
        rest(self);
      });
    lanes.add(lane);
  }

  function rest(lane: symbol): void {
    busy.delete(lane);
    quiet.ring();
  }

  /** Carries out job after job, until none has come for a while. */
  async function runLane(self: symbol): Promise<void> {
    const process = createLaneProcess(options.program, processes);
    try {
      while (!signal.aborted) {
        busy.add(self);
        const rung = bell.next();
        const job = options.hasRoom() ? await claim() : undefined;
        if (job) {
          const own = process.next();
          if (lanes.size < workers) wake();
          await carryOut(job, own);
          continue;
        }
        await lookAgainInTime();
        rest(self);
        if (!process.isStarted() || !(await rung.within(limits.idle))) return;
      }
    } finally {
      process.end();
    }
  }

  function claim(): Promise<MediaJob | undefined> {
    claims += 1;
    return records.media.claim(lease, now(), claims % OLDEST_EACH === 0 ? "oldest" : "newest");
  }

  async function carryOut(job: MediaJob, process: MediaProcess): Promise<void> {
    const begun = performance.now();
    // What is asked after the job is about the time since this question.
    options.isBusy();
    const attempt = await carryOutJob(context, job, process);
    if (attempt) options.onAttempt(attempt);
    await giveWay(performance.now() - begun);
  }

  /**
   * While the server is busy, thumbnails are made in a tenth of the time: even a process that comes last for the
   * processor takes memory and caches from who comes first.
   */
  async function giveWay(tookMs: number): Promise<void> {
    const until = performance.now() + tookMs * RESTS;
    while (!signal.aborted && performance.now() < until && options.isBusy()) {
      await Bun.sleep(LOOK_AT_LOAD_MS);
    }
  }

  async function lookAgainInTime(): Promise<void> {
    const next = options.hasRoom() ? await records.media.nextAt() : now() + REST_MS;
    if (!signal.aborted) later.in(Math.min((next ?? Infinity) - now(), LOOK_EVERY_MS));
  }

  return {
    wake,
    idle: async () => {
      await queued;
      for (;;) {
        const next = await records.media.nextAt();
        if (busy.size === 0 && (next === undefined || next > now() || workers === 0)) return;
        await quiet.next().within(LOOK_MS);
      }
    },
    stop: async () => {
      stopping.abort();
      later.never();
      for (const process of processes) process.kill();
      bell.ring();
      await Promise.all([...lanes, queued]);
      // Where it cannot be written, on a full disk for example, the next start takes them over, as one try each.
      await records.media.release(lease).catch(options.onError);
    },
  };
}

/** Takes in what earlier versions, or a server without ffmpeg, had; what is in the queue already is not kept waiting. */
async function queueArchive(
  { records, now, ffmpeg }: MediaQueueOptions,
  signal: AbortSignal,
  onQueued: () => void,
): Promise<void> {
  const archive = [records.media.enqueueMissing(now())];
  if (ffmpeg) archive.push(records.media.requeue({ reason: "no_ffmpeg" }, now()));
  for (const slices of archive) {
    for await (const count of slices) {
      if (count > 0) onQueued();
      await nextTurn();
      if (signal.aborted) return;
    }
  }
}

/** One timer, which does not keep the process alive. */
function createTimer(then: () => void) {
  let timer: Timer | undefined;
  return {
    in: (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(then, Math.max(ms, 0));
      timer.unref();
    },
    never: (): void => clearTimeout(timer),
  };
}

/** What the last process left: thumbnails of originals that are no photo's any more, and jobs that it was at. */
async function recover({ records, files }: MediaQueueOptions): Promise<void> {
  for (const of of await files.thumbnails.leftWork()) {
    const photo = await records.photos.byId(of.photoId);
    if (photo?.original.file !== of.file) await files.thumbnails.delete(of);
    await files.thumbnails.endWork(of);
  }
  await records.media.recover(MOST_CLAIMS);
}

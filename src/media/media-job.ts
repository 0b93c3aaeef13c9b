import type { Files, ThumbnailsOf } from "../files/files.ts";
import type { MediaJob, MediaOutcome, MediaRecords, Thumbnail } from "../records/records.ts";
import type { MadeThumbnail } from "./make-thumbnails.ts";
import type { MediaProcess, MediaResult } from "./media-process.ts";
import { FORMAT_NAMES, THUMBNAIL_TYPE } from "./thumbnail-formats.ts";

export type JobContext = {
  records: { media: MediaRecords };
  files: Pick<Files, "originals" | "thumbnails">;
  lease: string;
  ffmpeg: string | null;
  now: () => number;
  /** The server stops: a job that ends because of it did not fail. */
  isStopping: () => boolean;
  /** Milliseconds of a job, and from the first attempt to the second. */
  limitMs: number;
  retryMs: number;
};

export type MediaAttempt = {
  photo: number;
  original: number;
  attempt: number;
  /** `gone`: the photo was deleted, or has other bytes now. */
  outcome: "made" | "none" | "retry" | "given-up" | "gone";
  /** Why there are none, or what went wrong. */
  why: string | null;
  seconds: number;
};

const MOST_ATTEMPTS = 3;

/** Each further attempt waits so many times longer. */
const PATIENCE = 5;

/**
 * Has an original looked at by a media process, and records what came of it. What makes a process end, or fails
 * for now, is tried again some times.
 * @returns undefined where the server stops in the middle
 */
export async function carryOutJob(
  context: JobContext,
  job: MediaJob,
  process: MediaProcess,
): Promise<MediaAttempt | undefined> {
  const { thumbnails } = context.files;
  const { treeId, photoId, file } = job;
  const of = { treeId, photoId, file };
  const begun = performance.now();
  const ended = await attempt(context, job, of, process);
  if (!ended) return undefined;
  if (ended.outcome !== "made" && ended.outcome !== "retry") await thumbnails.delete(of);
  // It goes last, and not at all where anything failed above: of each that is there the next start looks whether what was placed is a
  // photo's still.
  await thumbnails.endWork(of).catch(() => undefined);
  const seconds = (performance.now() - begun) / 1000;
  const { originalId: original, attempts } = job;
  return { photo: photoId, original, attempt: attempts, ...ended, seconds };
}

type Ended = Pick<MediaAttempt, "outcome" | "why">;

async function attempt(
  context: JobContext,
  job: MediaJob,
  of: ThumbnailsOf,
  process: MediaProcess,
): Promise<Ended | undefined> {
  const { records, files, ffmpeg, lease, now, limitMs } = context;
  const { size, type } = job;
  let result: MediaResult | undefined;
  try {
    const path = await files.originals.locate({ ...of, size });
    const folder = await files.thumbnails.beginWork(of);
    result = await process.carryOut({ path, size, type, folder, ffmpeg }, limitMs);
    if (context.isStopping()) return undefined;
    const { facts, end } = result;
    if (end.kind !== "made") return await again(context, job, facts, end.error);
    const { reason } = end;
    const made = reason === null ? await placeAll(context, of, end.thumbnails) : [];
    const outcome: MediaOutcome = { facts, thumbnails: made, reason, error: null };
    // Not where the photo was deleted, or has other bytes now.
    const isStored = await records.media.store(job.originalId, lease, outcome, now());
    if (!isStored) return { outcome: "gone", why: null };
    return { outcome: reason === null ? "made" : "none", why: reason };
  } catch (error) {
    if (context.isStopping()) return undefined;
    return again(context, job, result?.facts ?? null, reasonOf(error));
  }
}

/** Brings thumbnails to their place. @throws Error where one is missing */
async function placeAll(
  { files, now }: JobContext,
  of: ThumbnailsOf,
  made: readonly MadeThumbnail[],
): Promise<Thumbnail[]> {
  const byFormat = new Map(made.map((one) => [one.format, one]));
  const placed: Thumbnail[] = [];
  for (const format of FORMAT_NAMES) {
    const one = byFormat.get(format);
    if (!one) throw new Error(`The thumbnail ${format} was not made`);
    const { width, height } = one;
    const size = await files.thumbnails.place(of, format);
    placed.push({ format, width, height, size, type: THUMBNAIL_TYPE, createdAt: now() });
  }
  return placed;
}

async function again(
  context: JobContext,
  job: MediaJob,
  facts: MediaOutcome["facts"],
  error: string,
): Promise<Ended> {
  const { records, lease, now, retryMs } = context;
  const { originalId, attempts } = job;
  if (attempts < MOST_ATTEMPTS) {
    const at = now() + retryMs * PATIENCE ** (attempts - 1);
    const isWaiting = await records.media.retryAt(originalId, lease, at, error);
    return { outcome: isWaiting ? "retry" : "gone", why: error };
  }
  const outcome: MediaOutcome = { facts, thumbnails: [], reason: "gave_up", error };
  const stored = await records.media.store(originalId, lease, outcome, now());
  return { outcome: stored ? "given-up" : "gone", why: error };
}

/** In words that name no path. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return (code ?? message ?? String(error)).slice(0, 500);
}

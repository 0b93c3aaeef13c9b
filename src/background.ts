import { join } from "node:path";
import { createStorage, type Storage } from "./archive/storage.ts";
import type { Settings } from "./config.ts";
import { createFeed, type Feed } from "./feed/feed.ts";
import { createHasher, type Hasher } from "./integrity/hasher.ts";
import { createBusy } from "./media/busy.ts";
import { createMediaQueue, type MediaLimits, type MediaQueue } from "./media/queue.ts";
import type { Sessions } from "./session/sessions.ts";
import { createAges, type Ages } from "./upload/ages.ts";
import { createKeptUploads, type KeptUploads } from "./upload/kept.ts";
import { createSweeper, type Sweeper } from "./upload/sweeper.ts";
import type { UploadContext } from "./upload/types.ts";

/** What runs beside requests, on what they leave. */
export type Background = {
  ages: Ages;
  /** When this process began to serve the folder, in milliseconds since 1970. */
  startedAt: number;
  storage: Storage;
  /** Tells open pages of the archive what happens. */
  feed: Feed;
  /** Deletes what cancelled uploads have left, when that can no longer be undone. */
  kept: KeptUploads;
  sweeper: Sweeper;
  hasher: Hasher;
  media: MediaQueue;
};

type BackgroundOptions = {
  config: Settings;
  context: UploadContext;
  sessions: Sessions;
  isReceiving: () => boolean;
  /** Milliseconds of a clock that never jumps. */
  uptime: () => number;
  /** The path of ffmpeg; null where there is none. */
  ffmpeg: string | null;
  /** The patience with media processes, for tests. */
  mediaLimits: Partial<MediaLimits> | undefined;
};

/** Bytes that thumbnails leave to files that somebody waits for. */
const LEAST_ROOM = 64 * 1024 ** 2;

/** Starts what runs beside requests, once what the last process left is in order. */
export async function startBackground(options: BackgroundOptions): Promise<Background> {
  const { config, context } = options;
  const { records, events, now } = context;
  const ages = await createAges({
    records,
    now,
    uptime: options.uptime,
    longestMs: Math.max(
      config.REDEEM_KEEP_UNFINISHED,
      config.REDEEM_KEEP_RECORDS,
      config.REDEEM_KEEP_DELETED,
    ),
  });
  const startedAt = now();
  const storage = createStorage({ records, events, now });
  const feed = createFeed({
    records,
    events,
    onError: (error) => events.emit({ kind: "feed failed", error: String(error) }),
  });
  const sweeper = startSweeper(options, ages, startedAt);
  const kept = startKept(context);
  const hasher = await startHasher(options);
  const media = startMedia(options);
  return { ages, startedAt, storage, feed, kept, sweeper, hasher, media };
}

function startSweeper(
  { config, context, sessions }: BackgroundOptions,
  ages: Ages,
  startedAt: number,
): Sweeper {
  const { records, files, locks, events, pingbackTo, onDelivery } = context;
  return createSweeper({
    records,
    files,
    locks,
    events,
    keepUnfinishedMs: config.REDEEM_KEEP_UNFINISHED,
    keepRecordsMs: config.REDEEM_KEEP_RECORDS,
    keepDeletedMs: config.REDEEM_KEEP_DELETED,
    graceMs: config.REDEEM_GRACE,
    startedAt,
    ages,
    sessions,
    pingbackTo,
    onDelivery,
  });
}

function startKept(context: UploadContext): KeptUploads {
  const kept = createKeptUploads(context);
  context.events.subscribe(({ kind }) => {
    if (kind === "upload cancelled") kept.wake();
  });
  return kept;
}

async function startHasher({ context, isReceiving }: BackgroundOptions): Promise<Hasher> {
  const { records, files, events } = context;
  const hasher = await createHasher({ records, files, events, isReceiving });
  events.subscribe((event) => {
    if (event.kind === "photo made" || event.kind === "photo replaced") hasher.wake();
    const isGone = event.kind === "photo changed" && event.what === "removed";
    if (isGone || event.kind === "photo replaced") hasher.leave(event.photo);
  });
  return hasher;
}

function startMedia({ config, context, ffmpeg, mediaLimits }: BackgroundOptions): MediaQueue {
  const { records, files, events, now } = context;
  const media = createMediaQueue({
    records,
    files,
    lease: context.process,
    workers: config.REDEEM_MEDIA_WORKERS,
    ffmpeg,
    program: thisProgram(),
    hasRoom: () => files.staging.space() > LEAST_ROOM,
    isBusy: createBusy(),
    now,
    onAttempt: ({ outcome, ...about }) => events.emit({ kind: "media attempted", outcome, about }),
    onError: (error) => events.emit({ kind: "media failed", error: String(error) }),
    ...(mediaLimits && { limits: mediaLimits }),
  });
  events.subscribe(({ kind }) => {
    if (kind === "photo made" || kind === "photo replaced") media.wake();
  });
  return media;
}

/** The command line of the program that this is, without words of its own: built, or from source. */
function thisProgram(): string[] {
  if (Bun.isStandaloneExecutable) return [process.execPath];
  return [process.execPath, join(import.meta.dir, "main.ts")];
}

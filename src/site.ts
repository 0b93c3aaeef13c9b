import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createStorage, type Storage } from "./archive/storage.ts";
import { createDeliverer, type Deliverer } from "./callback/deliver.ts";
import type { PingbackTo } from "./callback/pingback.ts";
import { createLookup } from "./callback/lookup.ts";
import { allowedFor, ConfigError, publicUrlOf, type Settings } from "./config.ts";
import { readPresence } from "./files/boot.ts";
import type { Calls } from "./files/calls.ts";
import { createDisk } from "./files/disk.ts";
import { createFeed, type Feed } from "./feed/feed.ts";
import type { Files } from "./files/files.ts";
import { createEvents, type Events } from "./events.ts";
import { createHasher, type Hasher } from "./integrity/hasher.ts";
import { log } from "./log.ts";
import { readLogo, type Logo } from "./logo.ts";
import { logEvent } from "./log-events.ts";
import { createBusy } from "./media/busy.ts";
import { findFfmpeg } from "./media/find-ffmpeg.ts";
import { createMediaQueue, type MediaLimits, type MediaQueue } from "./media/queue.ts";
import { keepPrivate } from "./private.ts";
import type { Records } from "./records/records.ts";
import type { Update } from "./records/sqlite/open.ts";
import { randomName } from "./random.ts";
import { readSecret, type SiteSecret } from "./secret.ts";
import { createSessions, type Sessions } from "./session/sessions.ts";
import { createAges, type Ages } from "./upload/ages.ts";
import { createUploadLocks } from "./upload/locks.ts";
import { createQuota } from "./upload/quota.ts";
import { createPassphrases, type Passphrases } from "./upload/passphrase.ts";
import { recover } from "./upload/recover.ts";
import { createRedeemer, type Redeemer } from "./upload/redeem.ts";
import { createSyncer } from "./upload/syncer.ts";
import { createSweeper, type Sweeper } from "./upload/sweeper.ts";
import { finishUpdates } from "./upload/update-token.ts";
import type { UploadContext } from "./upload/types.ts";

/** Everything that the server is made of, put together from its settings. */
export type Site = {
  config: Settings;
  records: Records;
  files: Files;
  events: Events;
  secret: SiteSecret;
  passphrases: Passphrases;
  /** REDEEM_LOGO. */
  logo: Logo | null;
  redeemer: Redeemer;
  /** What a method works with that ends an upload. */
  uploads: Pick<UploadContext, "locks" | "quota" | "process" | "syncer">;
  deliverer: Deliverer;
  pingbackTo: PingbackTo;
  sessions: Sessions;
  /** Tells open pages of the archive what happens. */
  feed: Feed;
  media: MediaQueue;
  now: () => number;
  ages: Ages;
  sweeper: Sweeper;
  hasher: Hasher;
  storage: Storage;
  /** When this process began to serve the folder, in milliseconds since 1970. */
  startedAt: number;
  /** The path of ffmpeg; null where there is none. */
  ffmpeg: string | null;
  /** Address under which browsers reach the site, without a slash at its end. */
  publicUrl: () => string;
  /** Host of the public address, without port. */
  domain: string;
  /** Where the public address depends on the port that was got. */
  setPublicUrl(url: string): void;
  /** True from the moment that the server is told to stop: requests under way go on, new ones are refused. */
  draining: boolean;
  stop(): Promise<void>;
};

/** The database and the secret of a data folder, for commands that serve nothing. */
export async function openData(
  folder: string,
  durable = true,
  isReceiving: () => boolean = () => false,
): Promise<{ records: Records; secret: SiteSecret }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const path of await keepPrivate(folder)) {
    log.warn("others on this machine may read it, and its rights cannot be changed", { path });
  }
  // Loaded late, so that a machine which cannot load the addon gets one line (commands/fail.ts).
  const { openRecords } = await import("./records/sqlite/open.ts");
  const secret = await readSecret(join(folder, "secret"));
  const records = await openRecords(join(folder, "redeem.db"), {
    durable,
    isReceiving,
    onUpdate: logUpdate,
  });
  return { secret, records };
}

/** Somebody waits for the start, and has to see that it goes on. */
function logUpdate(update: Update): void {
  if (update.state === "done") {
    log.info("the database is up to date", { seconds: Math.round(update.seconds * 10) / 10 });
  } else if (update.state === "begun") {
    log.info("the database of an earlier version is being brought up to date", {
      photos: update.photos,
    });
  } else log.info("photos of an earlier version were carried over", { photos: update.photos });
}

/**
 * Starts the services on a data folder, which must be locked by the caller: finishes what the last
 * process left, delivers and sweeps from now on.
 * @param now the time in milliseconds since 1970, for tests
 * @param machine for tests: the system calls that files are kept by, a clock that never jumps, in
 *   milliseconds, and the patience with media processes
 * @throws ConfigError where a program that a setting names is not there
 */
export async function startSite(
  config: Settings,
  now: () => number = Date.now,
  machine: {
    calls?: Calls | undefined;
    uptime?: () => number;
    media?: Partial<MediaLimits> | undefined;
  } = {},
): Promise<Site> {
  const { calls, uptime = () => performance.now() } = machine;
  const ffmpeg = ffmpegOf(config);
  const logo = config.REDEEM_LOGO === undefined ? null : await readLogo(config.REDEEM_LOGO);
  // Nothing comes in before it is there.
  let receiver: Redeemer | undefined;
  const isReceiving = () => (receiver?.open() ?? 0) > 0;
  const { records, secret } = await openData(config.REDEEM_DATA, config.REDEEM_SYNC, isReceiving);
  const files = await createDisk(config.REDEEM_DATA, {
    durable: config.REDEEM_SYNC,
    ...(calls && { calls }),
  });
  const deleted = await records.chunks.enterBoot(await readPresence(config.REDEEM_DATA));
  if (deleted > 0) {
    log.warn("forgot chunks that a reboot, or a disk that was away, may have taken", {
      chunks: deleted,
    });
  }
  const locks = createUploadLocks();
  const events = createEvents();
  events.subscribe(logEvent);
  let publicUrl = publicUrlOf(config, config.REDEEM_PORT);
  const domain = new URL(publicUrl).hostname;

  const deliverer = createDeliverer({
    records,
    secret: secret.callback,
    seal: secret.seal,
    allowPrivate: config.REDEEM_CALLBACK_PRIVATE,
    lookup: createLookup(),
    now,
    onError: (error) => events.emit({ kind: "callbacks failed", error: String(error) }),
    onAttempt: ({ outcome, ...about }) =>
      events.emit({ kind: "callback attempted", outcome, about }),
    onChangedElsewhere: () => events.emit({ kind: "changed elsewhere" }),
  });
  const syncer = createSyncer({
    records,
    files,
    locks,
    onError: (upload, error) => events.emit({ kind: "sync failed", upload, error: String(error) }),
  });
  const context: UploadContext = {
    records,
    files,
    locks,
    syncer,
    quota: createQuota({
      space: files.staging.space,
      reserve: config.REDEEM_RESERVE,
      undecidedLimit: config.REDEEM_UNDECIDED,
    }),
    secret,
    events,
    process: randomName(16),
    domain,
    types: config.REDEEM_TYPES,
    maxSize: config.REDEEM_MAX_SIZE,
    undecidedMs: config.REDEEM_UNDECIDED_LIMIT,
    graceMs: config.REDEEM_GRACE,
    now,
    pingbackTo: { urls: config.REDEEM_PINGBACK_URL, domain },
    onDelivery: deliverer.wake,
  };
  const redeemer = createRedeemer(context);
  receiver = redeemer;

  await finishUpdates(context);
  const made = await recover(context);
  if (made > 0) log.info("completed uploads that were all there", { uploads: made });

  const ages = await createAges({
    records,
    now,
    uptime,
    longestMs: Math.max(
      config.REDEEM_KEEP_UNFINISHED,
      config.REDEEM_KEEP_RECORDS,
      config.REDEEM_KEEP_DELETED,
    ),
  });
  const startedAt = now();
  const storage = createStorage({ records, events, now });
  const sessions = createSessions({
    records,
    secret,
    now,
    operatorKey: config.REDEEM_API_KEY,
    longestMs: config.REDEEM_SESSION,
  });
  const feed = createFeed({
    records,
    events,
    onError: (error) => events.emit({ kind: "feed failed", error: String(error) }),
  });
  const sweeper = createSweeper({
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
    pingbackTo: context.pingbackTo,
    onDelivery: deliverer.wake,
  });
  const hasher = await createHasher({
    records,
    files,
    events,
    isReceiving,
  });
  events.subscribe((event) => {
    if (event.kind === "photo made" || event.kind === "photo replaced") hasher.wake();
    const isGone = event.kind === "photo changed" && event.what === "removed";
    if (isGone || event.kind === "photo replaced") hasher.leave(event.photo);
  });
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
    ...(machine.media && { limits: machine.media }),
  });
  events.subscribe(({ kind }) => {
    if (kind === "photo made" || kind === "photo replaced") media.wake();
  });
  deliverer.wake();
  syncer.prune();
  // Beside requests: what earlier versions left of photos, and what the last process left of albums.
  void Promise.all([records.photos.prepareSearch(), records.albums.finishDeleting()]).catch(
    (error: unknown) => events.emit({ kind: "archive not indexed", error: String(error) }),
  );

  return {
    config,
    records,
    files,
    events,
    secret,
    passphrases: createPassphrases(secret, now),
    logo,
    redeemer,
    uploads: context,
    deliverer,
    pingbackTo: context.pingbackTo,
    sessions,
    feed,
    media,
    now,
    ages,
    sweeper,
    hasher,
    storage,
    startedAt,
    ffmpeg,
    publicUrl: () => publicUrl,
    domain,
    draining: false,
    setPublicUrl: (url) => {
      publicUrl = url;
    },
    stop: async () => {
      feed.close();
      await sweeper.stop();
      await hasher.stop();
      await media.stop();
      await deliverer.stop();
      await syncer.idle();
      // On a full disk, for example: the next start takes the last look for the end.
      await ages.look().catch((error: unknown) => {
        log.warn("the time served could not be noted", { error: String(error) });
      });
      await records.close();
    },
  };
}

/** Bytes that thumbnails leave to files that somebody waits for. */
const LEAST_ROOM = 64 * 1024 ** 2;

/** The command line of the program that this is, without words of its own: built, or from source. */
function thisProgram(): string[] {
  if (Bun.isStandaloneExecutable) return [process.execPath];
  return [process.execPath, join(import.meta.dir, "main.ts")];
}

function ffmpegOf({ REDEEM_FFMPEG: named }: Settings): string | null {
  const found = findFfmpeg(named);
  if (found !== undefined) return found;
  throw new ConfigError(
    `REDEEM_FFMPEG is ${JSON.stringify(named)}, and there is no such program; allowed: ${allowedFor("REDEEM_FFMPEG")}`,
  );
}

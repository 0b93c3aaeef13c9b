import { startBackground, type Background } from "./background.ts";
import { createDeliverer, type Deliverer } from "./callback/deliver.ts";
import type { PingbackTo } from "./callback/pingback.ts";
import { createLookup } from "./callback/lookup.ts";
import { allowedFor, ConfigError, publicUrlOf, type Settings } from "./config.ts";
import { openData, openFiles } from "./data-folder.ts";
import type { Calls } from "./files/calls.ts";
import type { Files } from "./files/files.ts";
import { createEvents, type Events } from "./events.ts";
import { log } from "./log.ts";
import { readLogo, type Logo } from "./logo.ts";
import { logEvent } from "./log-events.ts";
import { findFfmpeg } from "./media/find-ffmpeg.ts";
import type { MediaLimits } from "./media/queue.ts";
import type { Records } from "./records/records.ts";
import { randomName } from "./random.ts";
import type { SiteSecret } from "./secret.ts";
import { createSessions, type Sessions } from "./session/sessions.ts";
import { createDeletions } from "./upload/deletions.ts";
import { createUploadLocks } from "./upload/locks.ts";
import { createQuota } from "./upload/quota.ts";
import { createPassphrases, type Passphrases } from "./upload/passphrase.ts";
import { recover } from "./upload/recover.ts";
import { createRedeemer, type Redeemer } from "./upload/redeem.ts";
import { createSyncer } from "./upload/syncer.ts";
import { finishUpdates } from "./upload/update-token.ts";
import type { UploadContext } from "./upload/types.ts";

/** Everything that the server is made of, put together from its settings. */
export type Site = Background & {
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
  uploads: Pick<UploadContext, "locks" | "quota" | "deletions" | "process" | "syncer">;
  deliverer: Deliverer;
  pingbackTo: PingbackTo;
  sessions: Sessions;
  now: () => number;
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
  const ffmpeg = ffmpegOf(config);
  const logo = config.REDEEM_LOGO === undefined ? null : await readLogo(config.REDEEM_LOGO);
  // Nothing comes in before it is there.
  let redeemer: Redeemer | undefined;
  const isReceiving = () => (redeemer?.open() ?? 0) > 0;
  const { records, secret } = await openData(config.REDEEM_DATA, config.REDEEM_SYNC, isReceiving);
  const files = await openFiles(config, records, machine.calls);
  const events = createEvents();
  events.subscribe(logEvent);
  let publicUrl = publicUrlOf(config, config.REDEEM_PORT);
  const domain = new URL(publicUrl).hostname;

  const deliverer = startDeliverer(config, { records, secret, events }, now);
  const onDelivery = deliverer.wake;
  const parts = { records, files, secret, events, domain, now, onDelivery };
  const context = uploadContext(config, parts);
  redeemer = createRedeemer(context);
  await finishUpdates(context);
  const made = await recover(context);
  if (made > 0) log.info("completed uploads that were all there", { uploads: made });

  const sessions = createSessions({
    records,
    secret,
    now,
    operatorKey: config.REDEEM_API_KEY,
    longestMs: config.REDEEM_SESSION,
  });
  const { uptime = () => performance.now(), media: mediaLimits } = machine;
  const options = { config, context, sessions, isReceiving, uptime, ffmpeg, mediaLimits };
  const background = await startBackground(options);
  deliverer.wake();
  context.syncer.prune();
  finishArchive(context);

  return {
    ...background,
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
    now,
    ffmpeg,
    publicUrl: () => publicUrl,
    domain,
    draining: false,
    setPublicUrl: (url) => {
      publicUrl = url;
    },
    stop: () => stopAll(background, deliverer, context),
  };
}

type Parts = Pick<UploadContext, "records" | "secret" | "events">;

/** What was recorded by the last process is looked for when it is woken. */
function startDeliverer(
  config: Settings,
  { records, secret, events }: Parts,
  now: () => number,
): Deliverer {
  return createDeliverer({
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
}

/** What redeeming works with, made of the parts that are there and the settings. */
function uploadContext(
  config: Settings,
  parts: Parts & Pick<UploadContext, "files" | "domain" | "now" | "onDelivery">,
): UploadContext {
  const { records, files, events, domain } = parts;
  const locks = createUploadLocks();
  return {
    ...parts,
    locks,
    syncer: createSyncer({
      records,
      files,
      locks,
      onError: (upload, error) =>
        events.emit({ kind: "sync failed", upload, error: String(error) }),
    }),
    quota: createQuota({
      space: files.staging.space,
      reserve: config.REDEEM_RESERVE,
      undecidedLimit: config.REDEEM_UNDECIDED,
    }),
    deletions: createDeletions({ events }),
    process: randomName(16),
    types: config.REDEEM_TYPES,
    maxSize: config.REDEEM_MAX_SIZE,
    undecidedMs: config.REDEEM_UNDECIDED_LIMIT,
    graceMs: config.REDEEM_GRACE,
    pingbackTo: { urls: config.REDEEM_PINGBACK_URL, domain },
  };
}

/** Finishes, beside requests, what earlier versions left of photos and what the last process left of albums. */
function finishArchive({ records, events }: UploadContext): void {
  void Promise.all([records.photos.prepareSearch(), records.albums.finishDeleting()]).catch(
    (error: unknown) => events.emit({ kind: "archive not indexed", error: String(error) }),
  );
}

/** Ends what runs beside requests, the database last. */
async function stopAll(
  { feed, kept, sweeper, hasher, media, ages }: Background,
  deliverer: Deliverer,
  { syncer, deletions, records }: UploadContext,
): Promise<void> {
  feed.close();
  await kept.stop();
  await sweeper.stop();
  await hasher.stop();
  await media.stop();
  await deliverer.stop();
  await syncer.idle();
  await deletions.stop();
  // On a full disk, for example: the next start takes the last look for the end.
  await ages.look().catch((error: unknown) => {
    log.warn("the time served could not be noted", { error: String(error) });
  });
  await records.close();
}

function ffmpegOf({ REDEEM_FFMPEG: named }: Settings): string | null {
  const found = findFfmpeg(named);
  if (found !== undefined) return found;
  throw new ConfigError(
    `REDEEM_FFMPEG is ${JSON.stringify(named)}, and there is no such program; allowed: ${allowedFor("REDEEM_FFMPEG")}`,
  );
}

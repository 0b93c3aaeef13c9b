import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createDeliverer, type Deliverer } from "./callback/deliver.ts";
import type { PingbackTo } from "./callback/pingback.ts";
import { createLookup } from "./callback/lookup.ts";
import { publicUrlOf, type Settings } from "./config.ts";
import { readPresence } from "./files/boot.ts";
import type { Calls } from "./files/calls.ts";
import { createDisk } from "./files/disk.ts";
import type { Files } from "./files/files.ts";
import { createEvents, type Events } from "./events.ts";
import { createHasher, type Hasher } from "./integrity/hasher.ts";
import { log } from "./log.ts";
import { logEvent } from "./log-events.ts";
import { keepPrivate } from "./private.ts";
import type { Records } from "./records/records.ts";
import { randomName } from "./random.ts";
import { readSecret, type SiteSecret } from "./secret.ts";
import { createAges, type Ages } from "./upload/ages.ts";
import { createUploadLocks } from "./upload/locks.ts";
import { createQuota } from "./upload/quota.ts";
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
  redeemer: Redeemer;
  deliverer: Deliverer;
  pingbackTo: PingbackTo;
  now: () => number;
  ages: Ages;
  sweeper: Sweeper;
  hasher: Hasher;
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
): Promise<{ records: Records; secret: SiteSecret }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const path of await keepPrivate(folder)) {
    log.warn("others on this machine may read it, and its rights cannot be changed", { path });
  }
  // Loaded late, so that a machine which cannot load the addon gets one line (commands/fail.ts).
  const { openRecords } = await import("./records/sqlite/open.ts");
  const secret = await readSecret(join(folder, "secret"));
  return { secret, records: await openRecords(join(folder, "redeem.db"), { durable }) };
}

/**
 * Starts the services on a data folder, which must be locked by the caller: finishes what the last
 * process left, delivers and sweeps from now on.
 * @param now the time in milliseconds since 1970, for tests
 * @param machine for tests: the system calls that files are kept by, and a clock that never jumps, in
 *   milliseconds
 */
export async function startSite(
  config: Settings,
  now: () => number = Date.now,
  machine: { calls?: Calls | undefined; uptime?: () => number } = {},
): Promise<Site> {
  const { calls, uptime = () => performance.now() } = machine;
  const { records, secret } = await openData(config.REDEEM_DATA, config.REDEEM_SYNC);
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
  const sweeper = createSweeper({
    records,
    files,
    locks,
    events,
    keepUnfinishedMs: config.REDEEM_KEEP_UNFINISHED,
    keepRecordsMs: config.REDEEM_KEEP_RECORDS,
    keepDeletedMs: config.REDEEM_KEEP_DELETED,
    graceMs: config.REDEEM_GRACE,
    startedAt: now(),
    ages,
    pingbackTo: context.pingbackTo,
    onDelivery: deliverer.wake,
  });
  const hasher = await createHasher({
    records,
    files,
    events,
    isReceiving: () => redeemer.open() > 0,
  });
  events.subscribe((event) => {
    if (event.kind === "photo made" || event.kind === "photo replaced") hasher.wake();
    const isGone = event.kind === "photo changed" && event.what === "removed";
    if (isGone || event.kind === "photo replaced") hasher.leave(event.photo);
  });
  deliverer.wake();
  syncer.prune();
  // Beside requests: what earlier versions left of photos, and what the last process left of albums.
  void Promise.all([records.photos.whenIndexed(), records.albums.finishDeleting()]).catch(
    (error: unknown) => events.emit({ kind: "archive not indexed", error: String(error) }),
  );

  return {
    config,
    records,
    files,
    events,
    secret,
    redeemer,
    deliverer,
    pingbackTo: context.pingbackTo,
    now,
    ages,
    sweeper,
    hasher,
    publicUrl: () => publicUrl,
    domain,
    draining: false,
    setPublicUrl: (url) => {
      publicUrl = url;
    },
    stop: async () => {
      await sweeper.stop();
      await hasher.stop();
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

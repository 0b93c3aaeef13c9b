import { version } from "../../package.json";
import { publicProgram } from "../command-line.ts";
import type { Site } from "../site.ts";
import { createEventStreams } from "./archive/event-streams.ts";
import type { SignInContext } from "./archive/sign-in-context.ts";
import { createWrongKeys } from "./archive/wrong-keys.ts";
import type { Credentials } from "./caller.ts";
import type { Cors } from "./cors.ts";
import type { RequestLog } from "./request-log.ts";
import type { ServeContext } from "./serve-method.ts";
import { createDownloads } from "./serving/downloads.ts";
import { lookOf } from "./site-look.ts";

/** What callers are known by. */
export function credentialsOf(site: Site): Credentials {
  const { records, sessions, secret, now, publicUrl, config } = site;
  return { records, sessions, secret, now, publicUrl, operatorKey: config.REDEEM_API_KEY };
}

/** What the API's methods work with. */
export function methodContext(
  site: Site,
  credentials: Credentials,
  requests: RequestLog,
  cors: Cors,
): ServeContext {
  const { config, records, files, events, secret, now, publicUrl } = site;
  return {
    requests,
    cors,
    records,
    files,
    events,
    secret,
    passphrases: site.passphrases,
    uploads: site.uploads,
    downloads: createDownloads(now),
    now,
    publicUrl,
    stallMs: config.REDEEM_STALL,
    maxSize: config.REDEEM_MAX_SIZE,
    types: config.REDEEM_TYPES,
    publicList: config.REDEEM_PUBLIC_LIST,
    stripGps: config.REDEEM_STRIP_GPS,
    graceMs: config.REDEEM_GRACE,
    pingbackTo: site.pingbackTo,
    onDelivery: site.deliverer.wake,
    storage: site.storage,
    server: {
      version,
      startedAt: site.startedAt,
      ffmpeg: site.ffmpeg !== null,
      reserve: config.REDEEM_RESERVE,
    },
    site: { domain: site.domain, name: config.REDEEM_SITE_NAME },
    credentials,
  };
}

/** What the archive's own addresses work with: signing in and out, and the streams of open pages. */
export function archiveContext(
  site: Site,
  credentials: Credentials,
  requests: RequestLog,
  idleSeconds: number,
): SignInContext {
  const { config, records, sessions, feed, events, now, publicUrl } = site;
  return {
    credentials,
    records,
    wrongKeys: createWrongKeys(now),
    keepDeletedMs: config.REDEEM_KEEP_DELETED,
    streams: createEventStreams({
      feed,
      sessions,
      onError: (error) => events.emit({ kind: "feed failed", error: String(error) }),
      idleSeconds,
    }),
    requests,
    publicUrl,
    now,
    look: lookOf(site),
    program: publicProgram(),
    publicList: config.REDEEM_PUBLIC_LIST,
    maxSize: config.REDEEM_MAX_SIZE,
    types: config.REDEEM_TYPES,
    stallMs: config.REDEEM_STALL,
  };
}

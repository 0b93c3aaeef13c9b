import { Elysia } from "elysia";
import { version } from "../../package.json";
import { log } from "../log.ts";
import { Problem } from "../problem.ts";
import type { Site } from "../site.ts";
import { createAdmission } from "./admission.ts";
import type { Credentials } from "./caller.ts";
import type { SignInContext } from "./archive/sign-in-context.ts";
import { createCors, type Cors } from "./cors.ts";
import { versionsOf } from "./define-method.ts";
import { docs } from "./docs.ts";
import { describeHealth } from "./docs/pages.ts";
import type { Version } from "./envelope.ts";
import { describeError, problemOf } from "./failure.ts";
import { requestsThatFit } from "./handles.ts";
import type { MemoryWatch } from "./memory.ts";
import { FILE_METHODS, METHODS } from "./methods.ts";
import { archiveRoutes } from "./archive/archive-routes.ts";
import { createEventStreams } from "./archive/event-streams.ts";
import { createWrongKeys } from "./archive/wrong-keys.ts";
import { seesTrash } from "./archive/session-caller.ts";
import { nothingAt } from "./nothing.ts";
import { pages } from "./pages.ts";
import { createRequestLog } from "./request-log.ts";
import { serveFileMethod } from "./photo/serve-file-method.ts";
import { serveMany } from "./photo/serve-many.ts";
import { photoFiles, refuseMethod, type ServingContext } from "./serving/files-route.ts";
import { downloadRoute, refuseDownloadMethod } from "./serving/download-route.ts";
import { createDownloads } from "./serving/downloads.ts";
import { photoFormats } from "./serving/formats.ts";
import { createSlowReaders, type ReadersServer } from "./serving/slow-readers.ts";
import { renderThrown } from "./photo/redeem-answer.ts";
import { lookOf } from "./site-look.ts";
import { createFormAnswers } from "./upload-page/form-outcome.ts";
import { serveMethod, type ServeContext } from "./serve-method.ts";

/** Seconds that a connection may be silent between requests. */
const IDLE_SECONDS = 30;

/**
 * How many requests may be under way. Of one connection: nobody but a program that does not wait for its
 * answers has several. In all: several times as many as uploads have ever been at once.
 */
const BOUNDS = { perConnection: 32, total: requestsThatFit(4096) };

export type App = ReturnType<typeof createApp>;

/**
 * Puts the routes of a site together. Nothing is listening yet.
 * @param bounds of requests under way; null for none, to measure what they cost
 * @param memory whether the process has too much of it; null where it is not the server's alone
 */
export function createApp(
  site: Site,
  bounds: typeof BOUNDS | null = BOUNDS,
  memory: MemoryWatch | null = null,
) {
  const { config, records, files, events, secret, redeemer, now, publicUrl, domain } = site;
  const stallMs = config.REDEEM_STALL;
  const requests = createRequestLog(config.REDEEM_TRUST_PROXY);
  const cors = createCors(config.REDEEM_CORS_ORIGINS);
  const { sessions } = site;
  const downloads = createDownloads(now);
  const operatorKey = config.REDEEM_API_KEY;
  const credentials: Credentials = { records, sessions, secret, now, publicUrl, operatorKey };
  const context: ServeContext = {
    requests,
    cors,
    records,
    files,
    events,
    secret,
    passphrases: site.passphrases,
    uploads: site.uploads,
    downloads,
    now,
    publicUrl,
    stallMs,
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
    site: { domain, name: config.REDEEM_SITE_NAME },
    credentials,
  };
  const archive: SignInContext = {
    credentials,
    records,
    wrongKeys: createWrongKeys(now),
    streams: createEventStreams({
      feed: site.feed,
      sessions,
      onError: (error) => events.emit({ kind: "feed failed", error: String(error) }),
    }),
    requests,
    publicUrl,
    now,
    look: lookOf(site),
    publicList: config.REDEEM_PUBLIC_LIST,
    stallMs,
  };
  const lookAt = (root: string) => lookOf(site, root);
  const formAnswers = createFormAnswers({ records, now, lookAt });
  const receiving = { ...context, requests, redeemer, formAnswers, idleSeconds: IDLE_SECONDS };

  const serving: ServingContext = {
    records,
    seesTrash: (request) => seesTrash(request, credentials),
    findFormat: photoFormats({ records, files, media: site.media }),
    readers: createSlowReaders({
      server: (): ReadersServer | undefined => app.server ?? undefined,
      idleSeconds: IDLE_SECONDS,
    }),
  };

  /** What is answered before it has a route is not heard of again (onAfterResponse). */
  const endEarly = (request: Request, problem: Problem) => {
    requests.note(request, problem);
    requests.end(request, "", problem.status);
  };

  const methods = (of: Version) => {
    const routes = new Elysia();
    for (const method of FILE_METHODS) routes.use(serveFileMethod(receiving, method, of));
    if (of === 2) routes.use(serveMany(receiving));
    for (const method of METHODS) {
      if (versionsOf(method).includes(of)) routes.use(serveMethod(context, method, of));
    }
    return routes;
  };

  const app = new Elysia({
    handler: { standardHostname: false },
    serve: {
      idleTimeout: IDLE_SECONDS,
      // The real limit is the site's own, which answers in words (REDEEM_MAX_SIZE).
      maxRequestBodySize: 2 * 1024 ** 4,
      reusePort: false,
      development: false,
      // Of an answer that is made but cannot be sent: its file is gone, or there is no handle for it. Bun's own page says where it was.
      error: (error: unknown) => {
        log.error("an answer cannot be sent", { error: describeError(error) });
        return renderThrown(temporarily("The file cannot be read now; try again in a moment."));
      },
    },
  })
    .onRequest(({ request, set }) => {
      const id = requests.begin(request, app.server?.requestIP(request)?.address);
      set.headers["x-request-id"] = id;
      const path = pathOf(request);
      if (path === undefined || hasSeveralHosts(request)) {
        const malformed = new Problem("invalid_input", "The Host header is malformed.");
        endEarly(request, malformed);
        return new Response(malformed.message, { status: 400, headers: { connection: "close" } });
      }
      if (site.draining) {
        const stopping = temporarily(STOPPING);
        endEarly(request, stopping);
        return refusal(stopping, cors, request, id);
      }
      if (path.startsWith("/api/")) {
        set.headers["cache-control"] = "no-store";
      }
      return undefined;
    })
    .onError(({ code, error, request, set, route }) => {
      const answer = (response: Response) => {
        // For the log, which would say 500 otherwise.
        set.status = response.status;
        return response;
      };
      const refuse = (problem: Problem) => {
        requests.note(request, problem);
        return answer(renderThrown(problem));
      };
      const path = pathOf(request) ?? "";
      if (cors.covers(path)) Object.assign(set.headers, cors.headers(request));
      if (code === "NOT_FOUND" || code === "VALIDATION") {
        const isRead = request.method === "GET" || request.method === "HEAD";
        return answer(
          (isRead ? undefined : (refuseMethod(path) ?? refuseDownloadMethod(path))) ??
            nothingAt(site, path, request),
        );
      }
      // The client went away: nobody reads an answer, and nothing is wrong.
      if (request.signal.aborted) return answer(new Response(null, { status: 499 }));
      return refuse(problemOf(error, { id: requests.idOf(request), route }));
    })
    .onAfterResponse(({ request, responseValue, route, set }) => {
      const status = responseValue instanceof Response ? responseValue.status : set.status;
      requests.end(request, route, status);
    })
    .get("/health", () => Response.json({ status: "ok" }), { detail: describeHealth })
    .use(docs(site))
    .use(methods(1))
    .use(methods(2))
    .use(photoFiles(serving))
    .use(downloadRoute({ records, files, downloads, readers: serving.readers }))
    .use(archiveRoutes(archive))
    .use(pages(site, requests));
  if (!bounds) return app;
  const admission = createAdmission({
    ...bounds,
    pending: () => app.server?.pendingRequests ?? 0,
  });
  return app.wrap((handle) => async (request: Request) => {
    const peer = app.server?.requestIP(request);
    const connection = peer ? `${peer.address}:${peer.port}` : undefined;
    if (request.body !== null && memory?.isOver()) {
      requests.turnAway(request, peer?.address, TOO_MANY);
      return refusal(temporarily(TOO_MANY), cors, request);
    }
    if (!admission.enter(connection)) {
      requests.turnAway(request, peer?.address, TOO_MANY);
      return refusal(temporarily(TOO_MANY), cors, request);
    }
    try {
      return await handle(request);
    } finally {
      admission.leave(connection);
    }
  });
}

/**
 * Two Host headers: a proxy in front may have gone by the other one (RFC 9112, 3.2). Bun joins what
 * comes twice with a comma, which no host has.
 */
function hasSeveralHosts(request: Request): boolean {
  return request.headers.get("host")?.includes(",") ?? false;
}

/** Undefined where the client's Host header makes no address: parsing that would throw, and print it. */
function pathOf(request: Request): string | undefined {
  return URL.parse(request.url)?.pathname;
}

const STOPPING = "The server is stopping; try again in a moment.";
const TOO_MANY = "The server has too many requests under way; try again in a moment.";

function temporarily(words: string): Problem {
  return new Problem("temporarily_unavailable", words);
}

/** What is not begun now: another process, or this one in a moment, takes it. The connection is closed. */
function refusal(
  problem: Problem,
  cors: Cors,
  request: Request,
  id: string = crypto.randomUUID(),
): Response {
  const answer = renderThrown(problem);
  const headers = cors.covers(pathOf(request) ?? "") ? cors.headers(request) : {};
  const all = { ...headers, connection: "close", "cache-control": "no-store", "x-request-id": id };
  for (const [name, value] of Object.entries(all)) answer.headers.set(name, value);
  return answer;
}

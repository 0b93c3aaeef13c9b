import { Elysia } from "elysia";
import { log } from "../log.ts";
import type { Site } from "../site.ts";
import { createAdmission } from "./admission.ts";
import { archiveRoutes } from "./archive/archive-routes.ts";
import { seesTrash } from "./archive/session-caller.ts";
import { aroundRequests } from "./around-requests.ts";
import { archiveContext, credentialsOf, methodContext } from "./contexts.ts";
import { createCors } from "./cors.ts";
import { versionsOf } from "./define-method.ts";
import { docs } from "./docs.ts";
import { describeHealth } from "./docs/pages.ts";
import type { Version } from "./envelope.ts";
import { describeError } from "./failure.ts";
import { requestsThatFit } from "./handles.ts";
import type { MemoryWatch } from "./memory.ts";
import { FILE_METHODS, METHODS } from "./methods.ts";
import { pages } from "./pages.ts";
import { renderThrown } from "./photo/redeem-answer.ts";
import { serveFileMethod } from "./photo/serve-file-method.ts";
import { serveMany } from "./photo/serve-many.ts";
import { refusal, temporarily, TOO_MANY } from "./refusal.ts";
import { createRequestLog } from "./request-log.ts";
import { serveMethod } from "./serve-method.ts";
import { downloadRoute } from "./serving/download-route.ts";
import { photoFiles, type ServingContext } from "./serving/files-route.ts";
import { photoFormats } from "./serving/formats.ts";
import { createSlowReaders, type ReadersServer } from "./serving/slow-readers.ts";
import { lookOf } from "./site-look.ts";
import { createFormAnswers } from "./upload-page/form-outcome.ts";

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
  const { config, records, files } = site;
  const requests = createRequestLog(config.REDEEM_TRUST_PROXY);
  const cors = createCors(config.REDEEM_CORS_ORIGINS);
  const credentials = credentialsOf(site);
  const context = methodContext(site, credentials, requests, cors);
  const formAnswers = createFormAnswers({
    ...context,
    config,
    lookAt: (root) => lookOf(site, root),
  });
  const receiving = {
    ...context,
    requests,
    redeemer: site.redeemer,
    formAnswers,
    idleSeconds: IDLE_SECONDS,
  };
  const serving: ServingContext = {
    records,
    seesTrash: (request) => seesTrash(request, credentials),
    findFormat: photoFormats({ records, files, media: site.media }),
    readers: createSlowReaders({
      server: (): ReadersServer | undefined => app.server ?? undefined,
      idleSeconds: IDLE_SECONDS,
    }),
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

  const around = aroundRequests(site, requests, cors);
  const peerOf = (request: Request): string | undefined => app.server?.requestIP(request)?.address;
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
    .onRequest((begun) => around.begin(begun, peerOf(begun.request)))
    .onError((failed) => around.fail(failed))
    .onAfterResponse((ended) => around.end(ended))
    .get("/health", () => Response.json({ status: "ok" }), { detail: describeHealth })
    .use(docs(site))
    .use(methods(1))
    .use(methods(2))
    .use(photoFiles(serving))
    .use(downloadRoute({ records, files, downloads: context.downloads, readers: serving.readers }))
    .use(archiveRoutes(archiveContext(site, credentials, requests, IDLE_SECONDS)))
    .use(pages(site, requests));
  if (!bounds) return app;

  const admission = createAdmission({
    ...bounds,
    pending: () => app.server?.pendingRequests ?? 0,
  });
  return app.wrap((handle) => async (request: Request) => {
    const peer = app.server?.requestIP(request);
    const connection = peer ? `${peer.address}:${peer.port}` : undefined;
    const ended = request.body === null ? nothing : beginBody(memory, request);
    if (!ended || !admission.enter(connection)) {
      ended?.();
      requests.turnAway(request, peer?.address, TOO_MANY);
      return refusal(temporarily(TOO_MANY), cors, request);
    }
    try {
      return await handle(request);
    } finally {
      ended();
      admission.leave(connection);
    }
  });
}

const nothing = () => {};

/** @returns to be called when the request is over; undefined where there is no memory for its body */
function beginBody(memory: MemoryWatch | null, request: Request): (() => void) | undefined {
  if (!memory) return nothing;
  const said = request.headers.get("content-length");
  return memory.begin(said === null ? undefined : Number(said));
}

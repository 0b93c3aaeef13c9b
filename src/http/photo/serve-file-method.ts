import { Elysia } from "elysia";
import { Problem } from "../../problem.ts";
import type { Level } from "../../records/records.ts";
import { saysChunk } from "../../upload/chunk.ts";
import type { ContentRange } from "../../upload/content-range.ts";
import type { Params } from "../../upload/params.ts";
import type { Redeemer } from "../../upload/redeem.ts";
import { requireOpened, saidIn, type Passphrases } from "../../upload/passphrase.ts";
import type { Answer, Claim, Unlock } from "../../upload/types.ts";
import { foreignOrigin } from "../archive/own-page.ts";
import type { Cors } from "../cors.ts";
import { methodPath } from "../define-method.ts";
import { describeFileMethod } from "../docs/describe-file-method.ts";
import { described } from "../docs/operation.ts";
import {
  plainStyle,
  readStyle,
  renderProblem,
  type SiteNames,
  type Style,
  type Version,
} from "../envelope.ts";
import type { RequestLog } from "../request-log.ts";
import { readQuery } from "../form.ts";
import type { FormAnswers } from "../upload-page/form-outcome.ts";
import type { FileMethod, WhoseContext } from "./file-method.ts";
import { openRedeemBody } from "./redeem-body.ts";
import { renderAnswer, renderThrown } from "./redeem-answer.ts";
import { readRedeemStyle, wantsPage } from "./redeem-style.ts";
import { requireFields } from "./redeem-fields.ts";

export type FileMethodContext = WhoseContext & {
  redeemer: Redeemer;
  formAnswers: FormAnswers;
  passphrases: Passphrases;
  requests: Omit<RequestLog, "begin" | "end" | "turnAway">;
  cors: Cors;
  site: SiteNames;
  stallMs: number;
  idleSeconds: number;
};

/** What Bun's server lets a handler do with the time of its connection. */
export type ConnectionTiming = { timeout(request: Request, seconds: number): void } | null;

/** The routes of a method that takes a file, in one version (protocol 4). */
export function serveFileMethod(context: FileMethodContext, method: FileMethod, version: Version) {
  const path = methodPath(method.path, version);
  const receive = ({ request, server }: { request: Request; server: ConnectionTiming }) =>
    withoutIdleLimit(context, server, request, () =>
      respond(context, method, version, request, receiveFile),
    );
  const ask = ({ request }: { request: Request }) =>
    respond(context, method, version, request, askFor);
  const { get, post, put, patch } = describeFileMethod(method, version);
  const routes = new Elysia()
    .get(path, ask, { detail: described(get) })
    .post(path, receive, { parse: "none", detail: described(post) })
    .put(path, receive, { parse: "none", detail: described(put) })
    .patch(path, receive, { parse: "none", detail: described(patch) });
  if (!context.cors.covers(path)) return routes;
  const options = ({ request }: { request: Request }) => context.cors.preflight(request);
  return routes.options(path, options, { detail: { hide: true } });
}

/** Bun ends connections that are slow; a slow upload is the normal case (see body.ts). */
export async function withoutIdleLimit(
  { idleSeconds }: Pick<FileMethodContext, "idleSeconds">,
  server: ConnectionTiming,
  request: Request,
  handle: () => Promise<Response>,
): Promise<Response> {
  server?.timeout(request, 0);
  try {
    return await handle();
  } finally {
    if (!request.signal.aborted) server?.timeout(request, idleSeconds);
  }
}

/** A request, and what is known of it so far: how it is answered depends on it, whatever happens. */
type Call = {
  request: Request;
  version: Version;
  params: Params;
  range: ContentRange | undefined;
  level: Level;
};

async function respond(
  context: FileMethodContext,
  method: FileMethod,
  version: Version,
  request: Request,
  handle: (context: FileMethodContext, method: FileMethod, call: Call) => Promise<Answer>,
): Promise<Response> {
  const endpoint = new URL(request.url).pathname;
  const cors = context.cors.covers(endpoint) ? context.cors.headers(request) : {};
  const call: Call = {
    request,
    version,
    params: new Map(),
    range: undefined,
    level: "anonymous",
  };
  const { site } = context;
  try {
    const answer = await handle(context, method, call);
    noteOutcome(context, request, answer);
    const page = await pageOf(context, method, call, answer);
    if (page) return withHeaders(page, cors);
    const { key, message } = method;
    const rendering = {
      style: readRedeemStyle(version, call.params),
      level: call.level,
      key,
      message,
      site,
      endpoint,
      plain: isQuestion(request),
      // For the upload page, which goes to where the outcome goes.
      describe: method.refuses === "lines" && request.headers.get("redeem-return") === "describe",
    };
    return withHeaders(renderAnswer(answer, rendering), cors);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    context.requests.note(request, error);
    const response = isForPage(method, call)
      ? await context.formAnswers.render(request, call.params, error)
      : isEnveloped(method, call, error)
        ? renderProblem(styleOf(call), error, call.level, site, endpoint)
        : renderThrown(error);
    // Another origin's page may not read why it is refused (protocol 5).
    return withHeaders(response, error.code === "origin_refused" ? {} : cors);
  }
}

/** Whether it is answered by a page of words (protocol 4.3). */
function isForPage(method: FileMethod, { params, range }: Call): boolean {
  return method.page === true && wantsPage(params) && !saysChunk(params, range);
}

/** Undefined where the answer is no page: it is none of a whole file, or leads to `return_url`. */
async function pageOf(
  { formAnswers }: FileMethodContext,
  method: FileMethod,
  call: Call,
  answer: Answer,
): Promise<Response | undefined> {
  if (!isForPage(method, call)) return undefined;
  if (answer.kind !== "finished" && answer.kind !== "refused") return undefined;
  const { token, returns } = answer.kind === "finished" ? answer.finished : answer;
  if (returns && !token.backgroundReturn) return undefined;
  const problem = answer.kind === "refused" ? answer.problem : undefined;
  return formAnswers.render(call.request, call.params, problem);
}

/** By a line where an uploader goes by the status: it would take the 200 of version 1 for success. */
function isEnveloped(method: FileMethod, call: Call, problem: Problem): boolean {
  if (method.refuses === "lines" || problem.temporary) return false;
  return !isQuestion(call.request) && !saysChunk(call.params, call.range);
}

function isQuestion({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

function styleOf({ version, params }: Call): Style {
  try {
    return readRedeemStyle(version, params);
  } catch {
    return plainStyle(version);
  }
}

/** So that a line of the log about a photo, or a refusal, has its request's beside it, with the client. */
function noteOutcome({ requests }: FileMethodContext, request: Request, answer: Answer): void {
  if (answer.kind === "finished") {
    const { token, photo } = answer.finished;
    requests.note(request, { token: token.id, photo: photo.id });
  } else if (answer.kind === "refused") {
    requests.note(request, { token: answer.token.id });
    requests.note(request, answer.problem);
  }
}

/** Whose the file is. Its caller's level is known from here on, also where it is too low. */
async function claimOf(context: FileMethodContext, method: FileMethod, call: Call): Promise<Claim> {
  if (method.page !== true) readStyle(call.version, call.params);
  const caller = await method.caller(call.request, call.params, context);
  call.level = caller.level;
  const client = context.requests.clientOf(call.request);
  const unlock: Unlock = (owner, said) =>
    requireOpened(context.passphrases, owner, saidIn(said), client);
  return method.claim({ ...context, unlock }, caller, call.version);
}

async function askFor(context: FileMethodContext, method: FileMethod, call: Call): Promise<Answer> {
  const { request } = call;
  const params = readQuery(request);
  call.params = params;
  readRedeemStyle(1, params);
  const claim = await claimOf(context, method, call);
  requireFields(params);
  return context.redeemer.ask(claim, params, originOf(context, request));
}

async function receiveFile(
  context: FileMethodContext,
  method: FileMethod,
  call: Call,
): Promise<Answer> {
  const { request } = call;
  call.params = readQuery(request);
  await using opened = await openRedeemBody(request, {
    ...context,
    onParams: (params) => {
      call.params = params;
    },
  });
  try {
    const { body } = opened;
    const { params, range } = opened.redemption;
    Object.assign(call, { params, range });
    const claim = await claimOf(context, method, call);
    const redemption = { ...opened.redemption, claim, origin: originOf(context, request) };
    return body
      ? await context.redeemer.receive(redemption, body)
      : await context.redeemer.withoutFile(redemption, opened.notChosen);
  } finally {
    call.params = opened.params();
  }
}

/** Where a file comes from, as far as that may be refused: a page of another site. */
export function originOf({ credentials }: FileMethodContext, request: Request): string | null {
  return foreignOrigin(request, credentials.publicUrl());
}

export function withHeaders(response: Response, headers: Record<string, string>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

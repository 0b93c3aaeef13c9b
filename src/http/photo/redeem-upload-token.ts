import { Elysia } from "elysia";
import { Problem } from "../../problem.ts";
import type { Params } from "../../upload/params.ts";
import type { Redeemer } from "../../upload/redeem.ts";
import type { Answer } from "../../upload/types.ts";
import type { Cors } from "../cors.ts";
import { described } from "../docs/operation.ts";
import { describeRedeemUploadToken } from "../docs/redeem-upload-token.ts";
import { readStyle, type SiteNames, type Version } from "../envelope.ts";
import type { RequestLog } from "../request-log.ts";
import { readQuery } from "../form.ts";
import { openRedeemBody } from "./redeem-body.ts";
import { renderAnswer, renderThrown, type Rendering } from "./redeem-answer.ts";
import { requireFields } from "./redeem-fields.ts";

export type RedeemMethodContext = {
  redeemer: Redeemer;
  requests: Pick<RequestLog, "note">;
  cors: Cors;
  site: SiteNames;
  /** Media types and ranges that are taken (REDEEM_TYPES). */
  types: readonly string[];
  stallMs: number;
  idleSeconds: number;
};

/** What Bun's server lets a handler do with the time of its connection. */
type Timing = { timeout(request: Request, seconds: number): void } | null;

/** `redeem-upload-token`: a browser sends a file, whole or in chunks (protocol 4). */
export function redeemUploadToken(context: RedeemMethodContext, version: Version) {
  const receive = ({ request, server }: { request: Request; server: Timing }) =>
    withoutIdleLimit(context, server, request, () => respond(context, version, request, redeem));
  const ask = ({ request }: { request: Request }) => respond(context, version, request, askFor);
  const options = ({ request }: { request: Request }) => context.cors.preflight(request);
  const { get, post, put, patch } = describeRedeemUploadToken(version);
  return new Elysia()
    .get("", ask, { detail: described(get) })
    .post("", receive, { parse: "none", detail: described(post) })
    .put("", receive, { parse: "none", detail: described(put) })
    .patch("", receive, { parse: "none", detail: described(patch) })
    .options("", options, { detail: { hide: true } });
}

/** Bun ends connections that are slow; a slow upload is the normal case (see body.ts). */
async function withoutIdleLimit(
  { idleSeconds }: RedeemMethodContext,
  server: Timing,
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

type Answered = { answer: Answer; params: Params };

async function respond(
  context: RedeemMethodContext,
  version: Version,
  request: Request,
  handle: (context: RedeemMethodContext, request: Request) => Promise<Answered>,
): Promise<Response> {
  const cors = context.cors.headers(request);
  try {
    const answered = await handle(context, request);
    noteOutcome(context, request, answered.answer);
    const rendering: Rendering = {
      style: readStyle(version, answered.params),
      site: context.site,
      endpoint: new URL(request.url).pathname,
      plain: request.method === "GET" || request.method === "HEAD",
      describe: request.headers.get("redeem-return") === "describe",
    };
    return withHeaders(renderAnswer(answered.answer, rendering), cors);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    context.requests.note(request, error);
    // Another origin's page may not read why it is refused (protocol 5).
    return withHeaders(renderThrown(error), error.code === "origin_refused" ? {} : cors);
  }
}

/** So that a line of the log about a photo, or a refusal, has its request's beside it, with the client. */
function noteOutcome({ requests }: RedeemMethodContext, request: Request, answer: Answer): void {
  if (answer.kind === "finished") {
    const { token, photo } = answer.finished;
    requests.note(request, { token: token.id, photo: photo.id });
  } else if (answer.kind === "refused") {
    requests.note(request, { token: answer.token.id });
    requests.note(request, answer.problem);
  }
}

async function askFor({ redeemer }: RedeemMethodContext, request: Request): Promise<Answered> {
  const params = readQuery(request);
  readStyle(1, params);
  requireFields(params);
  return { answer: await redeemer.ask(params, request.headers.get("origin")), params };
}

async function redeem(context: RedeemMethodContext, request: Request): Promise<Answered> {
  await using opened = await openRedeemBody(request, context);
  const { redemption, body } = opened;
  const answer = body
    ? await context.redeemer.receive(redemption, body)
    : await context.redeemer.withoutFile(redemption, opened.notChosen);
  return { answer, params: opened.params() };
}

function withHeaders(response: Response, headers: Record<string, string>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

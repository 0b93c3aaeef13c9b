import { Elysia } from "elysia";
import { Problem } from "../../problem.ts";
import { quote, type Params } from "../../upload/params.ts";
import type { Redeemer } from "../../upload/redeem.ts";
import type { Answer, Redemption } from "../../upload/types.ts";
import { readBody } from "../body.ts";
import type { Cors } from "../cors.ts";
import { described } from "../docs/operation.ts";
import { describeRedeemUploadToken } from "../docs/redeem-upload-token.ts";
import { readStyle, type SiteNames, type Version } from "../envelope.ts";
import { readFileHeaders } from "../file-headers.ts";
import type { RequestLog } from "../request-log.ts";
import { bodyLength, isForm, isOctet, octetTypes, openForm, readQuery } from "../form.ts";
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
  if (isOctet(request, context.types)) return redeemOctet(context, request);
  if (request.body !== null && !isForm(request)) {
    const type = quote(request.headers.get("content-type") ?? "");
    throw new Problem(
      "invalid_input",
      `The body must be multipart/form-data, or the file's own bytes (${octetTypes(context.types)}) with the parameters in the query; its type is ${type}.`,
    );
  }
  const { range, name } = readFileHeaders(request, context.types);
  await using form = await openForm(request, context.stallMs);
  const { file } = form;
  const redemption: Redemption = {
    params: form.params,
    partName: name ?? file?.name,
    range,
    origin: request.headers.get("origin"),
  };
  let params = form.params;
  requireFields(params);
  if (!file) {
    readStyle(1, params);
    return { answer: await context.redeemer.withoutFile(redemption, form.notChosen), params };
  }
  const answer = await context.redeemer.receive(redemption, {
    length: bodyLength(request),
    moreParams: true,
    bytes: file.bytes,
    endBy: file.endBy,
    rest: async () => {
      const rest = await file.rest();
      params = rest.params;
      requireFields(params);
      // What cannot be answered is refused before anything is made of the file.
      readStyle(1, params);
      return rest;
    },
  });
  return { answer, params };
}

/** The body is the file; the parameters are in the query. */
async function redeemOctet(context: RedeemMethodContext, request: Request): Promise<Answered> {
  const params = readQuery(request);
  readStyle(1, params);
  requireFields(params);
  const { range, name } = readFileHeaders(request, context.types);
  const { pieces, endBy } = readBody(request, context);
  const redemption: Redemption = {
    params,
    partName: name,
    range,
    origin: request.headers.get("origin"),
  };
  const bytes = pieces[Symbol.asyncIterator]();
  try {
    const answer = await context.redeemer.receive(redemption, {
      length: bodyLength(request),
      moreParams: false,
      bytes: { [Symbol.asyncIterator]: () => bytes },
      endBy,
      rest: async () => ({ params, moreFiles: false }),
    });
    return { answer, params };
  } finally {
    await bytes.return?.();
  }
}

function withHeaders(response: Response, headers: Record<string, string>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

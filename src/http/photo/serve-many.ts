import { Elysia } from "elysia";
import { Problem } from "../../problem.ts";
import { tokenClaim } from "../../upload/claim.ts";
import { requireOpened, saidIn } from "../../upload/passphrase.ts";
import { quote } from "../../upload/params.ts";
import type { Answer, Unlock } from "../../upload/types.ts";
import { methodPath } from "../define-method.ts";
import { describeMany } from "../docs/describe-many.ts";
import { described } from "../docs/operation.ts";
import { plainStyle, readStyle, renderProblem, renderResult } from "../envelope.ts";
import { problemOf } from "../failure.ts";
import { mediaType, readFiles, readQuery } from "../form.ts";
import type { RequestNote } from "../request-log.ts";
import { receiveMany, type ReceivedFile, type ManyContext } from "./receive-many.ts";
import { describeFinished, statusOf } from "./redeem-answer.ts";
import { redeemUploadToken } from "./redeem-upload-token.ts";
import { redeemUploadTokenMany, type OneOutcome } from "./redeem-upload-token-many.ts";
import {
  originOf,
  withHeaders,
  withoutIdleLimit,
  type FileMethodContext,
  type ConnectionTiming,
} from "./serve-file-method.ts";

const PATH = methodPath(redeemUploadTokenMany.path, 2);

/** The route of the method that takes several files with one request (protocol 4.9). */
export function serveMany(context: FileMethodContext) {
  const receive = ({ request, server }: { request: Request; server: ConnectionTiming }) =>
    withoutIdleLimit(context, server, request, () => respond(context, request));
  return new Elysia()
    .post(PATH, receive, { parse: "none", detail: described(describeMany) })
    .options(PATH, ({ request }) => context.cors.preflight(request), { detail: { hide: true } });
}

async function respond(context: FileMethodContext, request: Request): Promise<Response> {
  const { site, cors, requests } = context;
  let style = plainStyle(2);
  try {
    const query = readQuery(request);
    style = readStyle(2, query);
    requireForm(request);
    const outcomes = await receiveMany(
      receivingOf(context, request),
      readFiles(request, context.stallMs),
      query,
    );
    const enclosed = redeemUploadTokenMany.output.enclose({ files: outcomes.map(written) }, 2);
    const result = { ...enclosed, level: "anonymous" as const };
    return withHeaders(renderResult(style, result, site, PATH), cors.headers(request));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    requests.note(request, error);
    const response = renderProblem(style, error, "anonymous", site, PATH);
    if (error.code === "request_timeout") response.headers.set("connection", "close");
    // Another origin's page may not read why it is refused (protocol 5).
    return withHeaders(response, error.code === "origin_refused" ? {} : cors.headers(request));
  }
}

function requireForm(request: Request): void {
  const header = ["content-range", "content-digest", "repr-digest"].find((name) =>
    request.headers.has(name),
  );
  if (header) {
    const words = `The header ${header} is not taken here: it is of one file. Its fields say that of each file.`;
    throw new Problem("invalid_input", words);
  }
  const type = mediaType(request);
  if (request.body === null || type === "multipart/form-data") return;
  throw new Problem(
    "invalid_input",
    `The body must be multipart/form-data; its type is ${quote(type)}.`,
  );
}

/** What its files are received with: they are refused, logged and told of as if each had a request of its own. */
function receivingOf(context: FileMethodContext, request: Request): ManyContext {
  const { requests, passphrases, redeemer } = context;
  const client = requests.clientOf(request);
  const unlock: Unlock = (owner, said) => requireOpened(passphrases, owner, saidIn(said), client);
  return {
    claim: tokenClaim({ ...context, unlock }, "upload"),
    receive: redeemer.receive,
    origin: originOf(context, request),
    // The client went away: nobody reads what became of the file, and nothing is wrong.
    problemOf: (error) =>
      request.signal.aborted
        ? new Problem("request_timeout", "The connection was closed.")
        : problemOf(error, { id: requests.idOf(request), route: PATH }),
    onOutcome: (came) => {
      // Of a client that has gone, what came whole has become a photo all the same.
      const isCutOff = request.signal.aborted && came instanceof Problem;
      if (!isCutOff) requests.noteFile(request, noteOf(came));
    },
  };
}

function noteOf(came: Answer | Problem): RequestNote | Problem {
  if (came instanceof Problem || came.kind !== "finished")
    return came instanceof Problem ? came : {};
  const { token, photo } = came.finished;
  return { token: token.id, photo: photo.id };
}

function written({ identifier, came }: ReceivedFile): OneOutcome {
  if (came instanceof Problem) {
    const { code, message, retryAfter } = came;
    const later = retryAfter === undefined ? {} : { retry_after: retryAfter };
    return { identifier, status: statusOf(came), code, message, ...later };
  }
  if (came.kind !== "finished") return { identifier, status: 200, message: "ok" };
  const message = redeemUploadToken.message;
  return { identifier, status: 200, message, ...describeFinished(came.finished) };
}

import type { TSchema } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { Problem } from "../problem.ts";
import type { Level } from "../records/records.ts";
import type { Params } from "../upload/params.ts";
import { foreignOrigin } from "./archive/own-page.ts";
import { authenticate } from "./authenticate.ts";
import { requireLevel, type Credentials } from "./caller.ts";
import type { Cors } from "./cors.ts";
import { methodPath, type Method, type MethodContext } from "./define-method.ts";
import { describeMethod } from "./docs/describe-method.ts";
import { described } from "./docs/operation.ts";
import {
  plainStyle,
  readStyle,
  renderProblem,
  renderResult,
  type Style,
  type Version,
} from "./envelope.ts";
import { isForm, readForm } from "./form.ts";
import { readOthers, readParameters } from "./parameters.ts";
import type { RequestLog } from "./request-log.ts";

export type ServeContext = MethodContext & {
  credentials: Credentials;
  cors: Cors;
  requests: Pick<RequestLog, "note" | "clientOf">;
  stallMs: number;
};

/** The routes of a declared method in one version: GET and POST, in an envelope (protocol 2). */
export function serveMethod(context: ServeContext, method: Method, version: Version) {
  const path = methodPath(method.path, version);
  const isOpen = context.cors.covers(path);
  const handle = async ({ request }: { request: Request }) => {
    const { response, problem } = await answer(context, method, version, request);
    // Another origin's page may not read why it is refused (protocol 5).
    if (!isOpen || problem?.code === "origin_refused") return response;
    for (const [name, value] of Object.entries(context.cors.headers(request))) {
      response.headers.set(name, value);
    }
    return response;
  };
  const routes = new Elysia()
    .get(path, handle, { detail: described(describeMethod(method, version, "get")) })
    .post(path, handle, {
      parse: "none",
      detail: described(describeMethod(method, version, "post")),
    });
  if (!isOpen) return routes;
  return routes.options(path, ({ request }) => context.cors.preflight(request), {
    detail: { hide: true },
  });
}

/** Whatever is thrown and is no Problem goes on to the app. */
async function answer(
  context: ServeContext,
  method: Method,
  version: Version,
  request: Request,
): Promise<{ response: Response; problem?: Problem }> {
  const endpoint = new URL(request.url).pathname;
  let style: Style = plainStyle(version);
  let level: Level = "anonymous";
  try {
    const params = await readParams(request, method, context.stallMs);
    style = readStyle(version, params);
    const caller = await authenticate(request, params, context.credentials);
    level = caller.level;
    requireLevel(caller, method.level, version);
    refuseUnsupported(method, params);
    const input = readParameters(method.input, params);
    const origin = foreignOrigin(request, context.publicUrl());
    const client = context.requests.clientOf(request);
    const others = readOthers(method.input, params);
    const call = { input, others, caller, origin, client, version };
    const enclosed = method.output.enclose(await method.run(call, context), version);
    return { response: renderResult(style, { ...enclosed, level }, context.site, endpoint) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    context.requests.note(request, error);
    const response = renderProblem(style, error, level, context.site, endpoint);
    return { response, problem: error };
  }
}

/** @throws Problem invalid_input for a parameter of the vendor's that has a value and no effect here */
function refuseUnsupported({ unsupported = {} }: Method, params: Params): void {
  for (const [name, why] of Object.entries(unsupported)) {
    if ((params.get(name) ?? "").trim() === "") continue;
    throw new Problem("invalid_input", `${name} is not supported: ${why}`);
  }
}

async function readParams(request: Request, { input }: Method, stallMs: number): Promise<Params> {
  if (request.body !== null && !isForm(request)) {
    throw new Problem(
      "invalid_input",
      "The body must be application/x-www-form-urlencoded or multipart/form-data.",
    );
  }
  const params = new Map(await readForm(request, stallMs));
  // Of all other parameters the last counts.
  for (const [name, property] of Object.entries<TSchema>(input.properties)) {
    if (property["several"] !== true) continue;
    const values = new URL(request.url).searchParams.getAll(name);
    if (values.length > 1 && params.get(name) === values.at(-1))
      params.set(name, values.join("\n"));
  }
  return params;
}

import { Problem } from "../problem.ts";
import type { Level } from "../records/records.ts";
import type { Params } from "../upload/params.ts";
import { authenticate } from "./authenticate.ts";
import { requireLevel, type Caller, type Credentials } from "./caller.ts";
import {
  plainStyle,
  readStyle,
  renderList,
  renderProblem,
  renderSuccess,
  type List,
  type Site,
  type Style,
  type Success,
  type Version,
} from "./envelope.ts";
import { isForm, readForm } from "./form.ts";

export type Call = { params: Params; caller: Caller; version: Version };

export type MethodContext = {
  credentials: Credentials;
  site: Site;
  stallMs: number;
};

/**
 * An API method that answers in an envelope: reads the parameters, wherever they stand, checks who
 * calls, and renders what comes of it. What is thrown and is no Problem goes on to the app.
 */
export function method(
  context: MethodContext,
  version: Version,
  level: Level,
  answer: (call: Call) => Promise<Omit<Success, "level"> | Omit<List, "level">>,
) {
  return async ({ request }: { request: Request }): Promise<Response> => {
    const endpoint = new URL(request.url).pathname;
    let style: Style = plainStyle(version);
    let callerLevel: Level = "anonymous";
    try {
      const params = await readParams(request, context.stallMs);
      style = readStyle(version, params);
      const caller = await authenticate(request, params, context.credentials);
      callerLevel = caller.level;
      requireLevel(caller, level, version);
      const result = await answer({ params, caller, version });
      return "items" in result
        ? renderList(style, { ...result, level: callerLevel }, context.site, endpoint)
        : renderSuccess(style, { ...result, level: callerLevel }, context.site, endpoint);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return renderProblem(style, error, callerLevel, context.site, endpoint);
    }
  };
}

async function readParams(request: Request, stallMs: number): Promise<Params> {
  if (request.body !== null && !isForm(request)) {
    throw new Problem(
      "invalid_input",
      "The body must be application/x-www-form-urlencoded or multipart/form-data.",
    );
  }
  return readForm(request, { stallMs });
}

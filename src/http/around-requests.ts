import type { Site } from "../site.ts";
import { Problem } from "../problem.ts";
import type { Cors } from "./cors.ts";
import { problemOf } from "./failure.ts";
import { nothingAt } from "./nothing.ts";
import { renderThrown } from "./photo/redeem-answer.ts";
import { pathOf, refusal, STOPPING, temporarily } from "./refusal.ts";
import type { RequestLog } from "./request-log.ts";
import { refuseDownloadMethod } from "./serving/download-route.ts";
import { refuseMethod } from "./serving/files-route.ts";

/** What of Elysia's context the functions below read and write. */
type Answering = {
  request: Request;
  set: { headers: Record<string, string | number>; status?: number | string | undefined };
};

/** What is done around every request, whatever its route. */
export type AroundRequests = {
  /**
   * Before there is a route.
   * @returns the answer, where the request goes no further
   */
  begin(around: Answering, peer: string | undefined): Response | undefined;
  /** @param code Elysia's name of the failure @returns the answer to a request that failed, or that has no route */
  fail(around: Answering & { code: string | number; error: unknown; route: string }): Response;
  /** Behind the answer. */
  end(around: Answering & { responseValue: unknown; route: string }): void;
};

export function aroundRequests(site: Site, requests: RequestLog, cors: Cors): AroundRequests {
  /** What is answered before it has a route does not come to `end`. */
  const endEarly = (request: Request, problem: Problem) => {
    requests.note(request, problem);
    requests.end(request, "", problem.status);
  };

  return {
    begin: ({ request, set }, peer) => {
      const id = requests.begin(request, peer);
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
      if (path.startsWith("/api/")) set.headers["cache-control"] = "no-store";
      return undefined;
    },

    fail: ({ code, error, request, set, route }) => {
      const answer = (response: Response) => {
        // For the log, which would say 500 otherwise.
        set.status = response.status;
        return response;
      };
      const path = pathOf(request) ?? "";
      if (cors.covers(path)) Object.assign(set.headers, cors.headers(request));
      if (code === "NOT_FOUND" || code === "VALIDATION") {
        const isRead = request.method === "GET" || request.method === "HEAD";
        const refused = isRead ? undefined : (refuseMethod(path) ?? refuseDownloadMethod(path));
        return answer(refused ?? nothingAt(site, path, request));
      }
      // The client went away: nobody reads an answer, and nothing is wrong.
      if (request.signal.aborted) return answer(new Response(null, { status: 499 }));
      const problem = problemOf(error, { id: requests.idOf(request), route });
      requests.note(request, problem);
      return answer(renderThrown(problem));
    },

    end: ({ request, responseValue, route, set }) => {
      const status = responseValue instanceof Response ? responseValue.status : set.status;
      requests.end(request, route, status);
    },
  };
}

/**
 * Two Host headers: a proxy in front may have gone by the other one (RFC 9112, 3.2). Bun joins what
 * comes twice with a comma, which no host has.
 */
function hasSeveralHosts(request: Request): boolean {
  return request.headers.get("host")?.includes(",") ?? false;
}

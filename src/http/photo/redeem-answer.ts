import type { Return } from "../../callback/address.ts";
import type { Problem } from "../../problem.ts";
import type { Level } from "../../records/records.ts";
import type { Answer, Finished } from "../../upload/types.ts";
import { renderProblem, renderSuccess, type SiteNames, type Style } from "../envelope.ts";
import { renderReturnForm } from "../../web/return-form.ts";

export type Rendering = {
  style: Style;
  /** The caller's, for envelopes. */
  level: Level;
  /** v1 JSON: the key of what was made. */
  key: string;
  /** What an envelope says of success. */
  message: string;
  site: SiteNames;
  endpoint: string;
  /** GET: never a redirect. */
  plain: boolean;
  /** The upload page asks where the outcome goes, to go there itself. */
  describe: boolean;
};

/** The answers of the tables 4.2 and 4.3 of the protocol. */
export function renderAnswer(answer: Answer, rendering: Rendering): Response {
  switch (answer.kind) {
    case "stored":
      return text(200, "ok");
    case "missing":
      return new Response(null, { status: 204 });
    case "finished":
      return renderFinished(answer.finished, rendering);
    case "refused": {
      const { token, problem, returns } = answer;
      if (rendering.describe) return refusal(500, problem);
      if (!returns) {
        const { style, level, site, endpoint } = rendering;
        return renderProblem(style, problem, level, site, endpoint);
      }
      if (token.backgroundReturn) return text(200, `error ${problem.message}`);
      return goTo(returns);
    }
  }
}

function renderFinished({ token, photo, returns }: Finished, rendering: Rendering): Response {
  const { style, level, key, message, site, endpoint, plain, describe } = rendering;
  if (describe)
    return Response.json({ status: "ok", ...describeFinished({ token, photo, returns }) });
  const ids = idsOf(photo);
  if (!returns) {
    const success = { level, message, key, data: ids, beside: ids };
    return renderSuccess(style, success, site, endpoint);
  }
  if (plain || token.backgroundReturn) {
    const { id, treeId, token: secret } = photo;
    return text(200, `ok ${site.domain} ${treeId} ${id} ${secret} ${returns.url}`);
  }
  return goTo(returns);
}

/** A file that has become a photo, for a page that goes itself to where the outcome goes, if anywhere. */
export function describeFinished({ token, photo, returns }: Finished) {
  return { ...idsOf(photo), return: token.backgroundReturn ? null : returns };
}

function idsOf({ id, treeId, token }: Finished["photo"]) {
  return { photo_id: id, tree_id: treeId, token };
}

/** The status of a file that is not received: Resumable.js gives up at 404 and at 500 (protocol 4.2). */
export function statusOf(problem: Problem): number {
  return problem.ofTheFile ? 500 : problem.status;
}

/**
 * What a request is told that ended in a Problem. Statuses are what Resumable.js does with them: it
 * gives up at 404 and at 500, and tries again at everything else (protocol 4.1 and 4.2).
 */
export function renderThrown(problem: Problem): Response {
  const response = refusal(statusOf(problem), problem);
  if (problem.retryAfter) response.headers.set("retry-after", String(problem.retryAfter));
  if (problem.code === "request_timeout") response.headers.set("connection", "close");
  return response;
}

function goTo(returns: Return): Response {
  if (returns.method === "GET") {
    return new Response(null, {
      status: 301,
      headers: { location: returns.url, "cache-control": "no-store" },
    });
  }
  const { html, csp } = renderReturnForm(returns.url, returns.fields);
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": csp,
      "cache-control": "no-store",
    },
  });
}

/** A line of text, whose header says the code of it: a page that knows it can say it in its visitor's language. */
function refusal(status: number, problem: Problem): Response {
  const response = text(status, problem.message);
  response.headers.set("redeem-code", problem.code);
  return response;
}

function text(status: number, line: string): Response {
  return new Response(line.replace(/[\r\n]+/g, " "), {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  });
}

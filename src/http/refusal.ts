import { Problem } from "../problem.ts";
import type { Cors } from "./cors.ts";
import { renderThrown } from "./photo/redeem-answer.ts";

export const STOPPING = "The server is stopping; try again in a moment.";
export const TOO_MANY = "The server has too many requests under way; try again in a moment.";

/** What another process, or this one in a moment, can do. */
export function temporarily(words: string): Problem {
  return new Problem("temporarily_unavailable", words);
}

/**
 * The answer to a request that is not begun now. The connection is closed.
 * @param id of the request; a new one where it has none, since it was not let in
 */
export function refusal(
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

/** Undefined where the client's Host header makes no address: parsing that would throw, and print it. */
export function pathOf(request: Request): string | undefined {
  return URL.parse(request.url)?.pathname;
}

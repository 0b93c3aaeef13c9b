import { until } from "./remains.ts";
import type { TestServer } from "./server.ts";

/** A line of a server's log in its JSON form. */
export type Line = Record<string, unknown>;

/** What a server has logged so far. */
export function linesOf(server: TestServer): Line[] {
  // The last one may be on its way still.
  const whole = server.log().slice(0, server.log().lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

/** The line of a request, which is written behind its answer. */
export function requestLine(server: TestServer, answer: Response): Promise<Line> {
  const id = answer.headers.get("x-request-id") ?? "(none)";
  return until(`the line of request ${id}`, () =>
    linesOf(server).find((line) => line["event"] === "request" && line["id"] === id),
  );
}

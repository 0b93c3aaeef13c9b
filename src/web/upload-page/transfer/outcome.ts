/** How the browser returns to the site that made the link, with the outcome of one file (protocol 4.3). */
export type BrowserReturn =
  { method: "GET"; url: string } | { method: "POST"; url: string; fields: [string, string][] };

/** What the server says of a file that has arrived; `return` is null if the link names no address to return to. */
export type FileOutcome = { return: BrowserReturn | null };

/** The outcome of the whole file, if the answer to a chunk has it; undefined for other answers ("ok" and ""). */
export function readOutcome(body: string): FileOutcome | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof answer !== "object" || answer === null || !("status" in answer)) return undefined;
  if (answer.status !== "ok") return undefined;
  return { return: "return" in answer ? readReturn(answer.return) : null };
}

/**
 * Why the server refused a file, for people to read. A plain sentence is passed on; in place of anything else, such as a
 * proxy's HTML error page, there is one sentence for all.
 */
export function readReason(body: string): string {
  const reason = body.trim();
  if (reason === "" || reason.length > 400 || /^[<{[]/.test(reason)) {
    return "The server could not accept this file.";
  }
  return reason;
}

function readReturn(value: unknown): BrowserReturn | null {
  if (typeof value !== "object" || value === null) return null;
  const { method, url, fields } = value as Record<string, unknown>;
  // Only web addresses: location.assign would run one that begins with "javascript:" as code.
  if (typeof url !== "string" || !/^https?:\/\//i.test(url)) return null;
  if (method === "GET") return { method, url };
  if (method !== "POST" || !Array.isArray(fields)) return null;
  const pairs = fields.filter(
    (field): field is [string, string] =>
      Array.isArray(field) && typeof field[0] === "string" && typeof field[1] === "string",
  );
  return { method, url, fields: pairs };
}

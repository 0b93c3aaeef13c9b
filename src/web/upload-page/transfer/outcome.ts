/** Where the browser has to carry the outcome of one file. */
export type BrowserReturn =
  { method: "GET"; url: string } | { method: "POST"; url: string; fields: [string, string][] };

export type FileOutcome = { return: BrowserReturn | null };

/** The answer of a chunk, if it is the outcome of the whole file ("ok" and "" are not). */
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
 * Why the server refused a file. A plain sentence is passed on; anything else (a proxy's HTML
 * error page) is not for people to read.
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
  // Only web addresses: "javascript:" in location.assign would be code.
  if (typeof url !== "string" || !/^https?:\/\//i.test(url)) return null;
  if (method === "GET") return { method, url };
  if (method !== "POST" || !Array.isArray(fields)) return null;
  const pairs = fields.filter(
    (field): field is [string, string] =>
      Array.isArray(field) && typeof field[0] === "string" && typeof field[1] === "string",
  );
  return { method, url, fields: pairs };
}

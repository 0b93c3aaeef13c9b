/** What tells one version of a file from another (RFC 9110, 8.8). */
export type Validators = {
  /** Strong: other bytes have another one. With its quotes. */
  etag: string;
  /** Milliseconds since 1970. */
  lastModified: number;
};

/**
 * Applies a request's conditions in the order of RFC 9110, 13.2.2, for GET and HEAD.
 * @returns "failed": 412; "not modified": 304
 */
export function checkConditions(
  headers: Headers,
  of: Validators,
): "go on" | "not modified" | "failed" {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== null) {
    if (!names(ifMatch, of.etag, "strong")) return "failed";
  } else {
    const unmodified = readHttpDate(headers.get("if-unmodified-since"));
    if (unmodified !== undefined && seconds(of.lastModified) > unmodified) return "failed";
  }
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) return names(ifNoneMatch, of.etag, "weak") ? "not modified" : "go on";
  const modified = readHttpDate(headers.get("if-modified-since"));
  if (modified !== undefined && seconds(of.lastModified) <= modified) return "not modified";
  return "go on";
}

/** Whether a Range header counts: it does not where If-Range names other bytes (RFC 9110, 13.1.5). */
export function rangeCounts(headers: Headers, of: Validators): boolean {
  const ifRange = headers.get("if-range")?.trim();
  if (ifRange === undefined) return true;
  // A weak tag never matches.
  if (/^(W\/)?"/.test(ifRange)) return ifRange === of.etag;
  return readHttpDate(ifRange) === seconds(of.lastModified);
}

/** For Last-Modified. @param at milliseconds since 1970 */
export function httpDate(at: number): string {
  return new Date(at).toUTCString();
}

/** A list of tags, or `*` for any. A list that cannot be read names nothing behind what cannot. */
function names(list: string, etag: string, comparison: "strong" | "weak"): boolean {
  if (list.trim() === "*") return true;
  const tag = /[\s,]*(W\/)?("[^"\s]*")/y;
  for (let found = tag.exec(list); found; found = tag.exec(list)) {
    if (found[2] === etag && (comparison === "weak" || found[1] === undefined)) return true;
  }
  return false;
}

/** As senders write it today, and the two older ways (RFC 9110, 5.6.7). */
const DATES = [
  /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/,
];

/** Seconds since 1970; undefined where there is none, or something else. */
function readHttpDate(text: string | null): number | undefined {
  const date = text?.trim() ?? "";
  if (!DATES.some((way) => way.test(date))) return undefined;
  const at = Date.parse(date.endsWith("GMT") ? date : `${date} GMT`);
  return Number.isNaN(at) ? undefined : seconds(at);
}

function seconds(at: number): number {
  return Math.floor(at / 1000);
}

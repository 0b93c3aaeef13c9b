import { type FileOutcome, readOutcome, readReason } from "./outcome.ts";
import type { FileRefusal, Trouble } from "./types.ts";

/** An answer of the server, or of a proxy before it. */
export type Reply = {
  status: number;
  body: string;
  /** The header `Redeem-Code`, null if there is none: an envelope says its code itself. `retryAfter` is `Retry-After` likewise. */
  code: string | null;
  retryAfter: string | null;
};

/** What an answer about a chunk means (protocol 4.2). */
export type Verdict =
  | { kind: "stored" }
  /** The server does not have the chunk. Only the answer to a GET. */
  | { kind: "missing" }
  | { kind: "finished"; outcome: FileOutcome }
  /** Final: another attempt would be refused as well. */
  | { kind: "refused"; refusal: FileRefusal }
  /** A proxy before the server refuses bodies of this size. */
  | { kind: "blocked" }
  /** To be tried again, for this reason; not before `afterMs` milliseconds have passed, if the answer names a time. */
  | { kind: "again"; trouble: Trouble; afterMs?: number };

/** Statuses of proxies that do not reach their server, and those after which the protocol has clients try again. */
const PASSING = new Set([408, 425, 429, 502, 503, 504, 507, 520, 521, 522, 523, 524]);
const LONGEST_WAIT_MS = 5 * 60_000;

/** @param now Unix milliseconds, for a `Retry-After` that is a date */
export function judge(reply: Reply, now: number): Verdict {
  const { status } = reply;
  const { code, body } = readEnvelope(reply.body) ?? reply;
  if (status === 200) return judgeSuccess(body);
  if (status === 204) return { kind: "missing" };
  if (PASSING.has(status)) return again(reply, code, now);
  if (status === 413 && code === null) return { kind: "blocked" };
  // A proxy may answer 404 while its server starts, and 500 when its own disk is full: these are tried again. The
  // server's own refusals differ from them by a code or, from servers before `Redeem-Code`, by a plain sentence.
  const passes = status === 404 || (status >= 500 && status !== 501);
  if (passes && code === null && !isSentence(body)) return again(reply, code, now);
  return {
    kind: "refused",
    refusal: { code: code ?? codeOf(status, body), message: readReason(body) },
  };
}

/** What a refusal in an envelope says (protocol 2); undefined if the body is none. */
function readEnvelope(body: string): { code: string; body: string } | undefined {
  const { status, code, message } = parseFields(body);
  const is = status === "error" && typeof code === "string" && typeof message === "string";
  return is ? { code, body: message } : undefined;
}

/** The fields of a JSON object; none if it is something else. */
export function parseFields(text: string): Readonly<Record<string, unknown>> {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return {};
  }
}

export const asFields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** Only bodies that the protocol knows count as success: the sign-in page of a hotel's network is answered with 200 as well. */
function judgeSuccess(body: string): Verdict {
  const outcome = readOutcome(body);
  if (outcome !== undefined) return { kind: "finished", outcome };
  return body.trim() === "ok" ? { kind: "stored" } : NO_ANSWER;
}

/** What is between here and the server has answered in its place, or nobody has. */
export const NO_ANSWER: Extract<Verdict, { kind: "again" }> = { kind: "again", trouble: "silent" };

function again({ status, retryAfter }: Reply, code: string | null, now: number): Verdict {
  const trouble = troubleOf(status, code);
  const afterMs = retryAfter === null ? undefined : readRetryAfter(retryAfter, now);
  return { kind: "again", trouble, ...(afterMs !== undefined && { afterMs }) };
}

/**
 * Most proxies answer 503 for a server that they do not reach: it is the server's own word only with a code. 408 says that
 * nothing came through the line, whoever sends it.
 */
function troubleOf(status: number, code: string | null): Trouble {
  if (status === 507) return "full";
  if (status === 429) return "busy";
  return code === null || status === 408 ? "silent" : "busy";
}

/** Milliseconds to wait, at most `LONGEST_WAIT_MS`; undefined if the header is neither a number of seconds nor a date. */
export function readRetryAfter(value: string, now: number): number | undefined {
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}

function isSentence(body: string): boolean {
  return /^[A-Z][^<>{}\n]{3,400}\.$/.test(body.trim());
}

/** The code of a refusal by a server that sends no `Redeem-Code` yet, or by somebody between here and the server. */
function codeOf(status: number, body: string): string {
  if (status === 404 && body.includes("token")) return "invalid_upload_token";
  if (status !== 403) return "refused";
  return isSentence(body) ? "origin_refused" : "blocked";
}

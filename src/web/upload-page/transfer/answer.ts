import { type FileOutcome, readOutcome, readReason } from "./outcome.ts";
import type { FileRefusal } from "./types.ts";

/** An answer of the server, or of something that stands before it. */
export type Reply = {
  status: number;
  body: string;
  /** Headers `Redeem-Code`, `Retry-After`; null where there is none. */
  code: string | null;
  retryAfter: string | null;
};

/** What an answer about a chunk means (protocol 4.2). */
export type Verdict =
  | { kind: "stored" }
  /** The answer to a question: the chunk is not there. */
  | { kind: "missing" }
  | { kind: "finished"; outcome: FileOutcome }
  /** Trying again cannot help. */
  | { kind: "refused"; refusal: FileRefusal }
  /** Something before the server lets no body of this size through. */
  | { kind: "blocked" }
  /** Try again, not before `afterMs` where it is said. */
  | { kind: "again"; afterMs?: number };

/** Answers of proxies whose server is away, and what the protocol says is to be tried again. */
const PASSING = new Set([408, 425, 429, 502, 503, 504, 507, 520, 521, 522, 523, 524]);
const LONGEST_WAIT_MS = 5 * 60_000;

export function judge(reply: Reply, now: number): Verdict {
  const { status, body, code } = reply;
  if (status === 200) return judgeSuccess(body);
  if (status === 204) return { kind: "missing" };
  if (PASSING.has(status)) return again(reply, now);
  if (status === 413 && code === null) return { kind: "blocked" };
  // A proxy may answer 404 while its server starts, and 500 when its own disk is full. What the server itself
  // refuses has a code, or is a sentence.
  const passes = status === 404 || (status >= 500 && status !== 501);
  if (passes && code === null && !isSentence(body)) return again(reply, now);
  return {
    kind: "refused",
    refusal: { code: code ?? codeOf(status, body), message: readReason(body) },
  };
}

/** A hotel's sign-in page is a 200, too: only what the protocol knows is a success. */
function judgeSuccess(body: string): Verdict {
  const outcome = readOutcome(body);
  if (outcome !== undefined) return { kind: "finished", outcome };
  return body.trim() === "ok" ? { kind: "stored" } : { kind: "again" };
}

function again({ retryAfter }: Reply, now: number): Verdict {
  const afterMs = retryAfter === null ? undefined : readRetryAfter(retryAfter, now);
  return afterMs === undefined ? { kind: "again" } : { kind: "again", afterMs };
}

/** Milliseconds; undefined if it is neither seconds nor a date. */
export function readRetryAfter(value: string, now: number): number | undefined {
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}

function isSentence(body: string): boolean {
  return /^[A-Z][^<>{}\n]{3,400}\.$/.test(body.trim());
}

/** For servers before `Redeem-Code`. */
function codeOf(status: number, body: string): string {
  if (status === 404 && body.includes("token")) return "invalid_upload_token";
  if (status === 403) return "origin_refused";
  return "refused";
}

import type { TokenStatus } from "./types.ts";

export type StatusWatch = {
  current(): TokenStatus;
  /** Asks now; resolves with what is known then. */
  ask(): Promise<TokenStatus>;
  /** Asks within half a second: many files that end at once are one question. */
  askSoon(): void;
  listen(listener: (status: TokenStatus) => void): () => void;
  stop(): void;
};

const SOON_MS = 500;
const UNANSWERED_MS = 3000;
/** A timer cannot be longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Knows what became of the upload token: asks now and then while the page is seen, and at once when it is seen again.
 * @param fetchStatus undefined: nobody answered, and what was known stays known
 * @param everyMs 0: only when asked to
 */
export function watchStatus(
  first: TokenStatus,
  everyMs: number,
  fetchStatus: () => Promise<TokenStatus | undefined>,
): StatusWatch {
  const listeners = new Set<(status: TokenStatus) => void>();
  let current = first;
  let asking: Promise<TokenStatus> | undefined;
  let soon: ReturnType<typeof setTimeout> | undefined;
  let next: ReturnType<typeof setTimeout> | undefined;
  let answered = true;
  let stopped = false;

  const run = async (): Promise<TokenStatus> => {
    clearTimeout(soon);
    soon = undefined;
    const answer = await fetchStatus();
    asking = undefined;
    answered = answer !== undefined;
    if (answer !== undefined && !stopped) {
      const found = steady(answer, current);
      const changed = JSON.stringify(found) !== JSON.stringify(current);
      current = found;
      if (changed) for (const listener of listeners) listener(current);
    }
    plan();
    return current;
  };
  const ask = () => (asking ??= run());
  const plan = () => {
    clearTimeout(next);
    if (stopped || everyMs === 0 || document.hidden) return;
    const untilEnd = current.validUntil - Date.now();
    const wait =
      current.state === "open" && untilEnd > 0 ? Math.min(everyMs, untilEnd + 100) : everyMs;
    next = setTimeout(() => void ask(), Math.min(wait, LONGEST_TIMER_MS));
  };
  const seen = () => {
    if (document.hidden) clearTimeout(next);
    else if (everyMs > 0) void ask();
  };
  document.addEventListener("visibilitychange", seen);
  plan();

  return {
    current: () => current,
    // One that is under way may have been answered before what the caller is about.
    ask: async () => {
      await asking;
      return ask();
    },
    askSoon() {
      if (!stopped) soon ??= setTimeout(() => void ask(), answered ? SOON_MS : UNANSWERED_MS);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      stopped = true;
      clearTimeout(soon);
      clearTimeout(next);
      listeners.clear();
      document.removeEventListener("visibilitychange", seen);
    },
  };
}

/** The server's clock is read in whole seconds: a time that seems to have moved by one has not. */
function steady(found: TokenStatus, before: TokenStatus): TokenStatus {
  const keep = (name: "validUntil" | "graceUntil") =>
    Math.abs(found[name] - before[name]) < 2000 ? before[name] : found[name];
  return { ...found, validUntil: keep("validUntil"), graceUntil: keep("graceUntil") };
}

const STATES = new Set(["open", "busy", "used", "expired", "revoked"]);

/**
 * The answer of `photo/upload-token-status`; undefined if it is none. Its times are brought to this device's clock, which may
 * be wrong.
 */
export function readStatus(answer: unknown, now: number): TokenStatus | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { data, code } = answer as { data?: Record<string, unknown>; code?: unknown };
  if (code === "invalid_upload_token") {
    return { state: "invalid", maxUploads: 0, remaining: 0, free: 0, validUntil: 0, graceUntil: 0 };
  }
  if (typeof data !== "object" || data === null || !STATES.has(data["state"] as string))
    return undefined;
  const number = (name: string) => Number(data[name] ?? 0) || 0;
  const toLocal = (name: string) => now + (number(name) - number("now")) * 1000;
  return {
    state: data["state"] as TokenStatus["state"],
    maxUploads: number("max_uploads"),
    remaining: number("remaining"),
    free: number("free"),
    validUntil: toLocal("valid_until"),
    graceUntil: toLocal("grace_until"),
  };
}

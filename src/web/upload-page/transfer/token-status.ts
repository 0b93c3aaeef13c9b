import type { TokenStatus } from "./types.ts";

/** The token's status as last known, and requests for it. */
export type StatusWatch = {
  current(): TokenStatus;
  /** Asks the server now; resolves with what is known when it has answered, or failed to. */
  ask(): Promise<TokenStatus>;
  /** Asks within half a second, so that many files that end together cause one request. */
  askSoon(): void;
  listen(listener: (status: TokenStatus) => void): () => void;
  stop(): void;
};

const SOON_MS = 500;
/** How long `askSoon` waits if the last request was not answered. */
const UNANSWERED_MS = 3000;
/** setTimeout takes no longer time. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type FetchedStatus = {
  status: TokenStatus | undefined;
  /** Called in the moment in which `status` becomes the current one. */
  whenKnown: () => void;
};

/**
 * Watches what becomes of the upload token: asks the server regularly while the page is visible, and at once when it
 * becomes visible again.
 * @param everyMs milliseconds between two requests; 0: only when `ask` or `askSoon` is called
 * @param fetchStatus resolves with no status if there was no answer; then the last known status stays
 */
export function watchStatus(
  first: TokenStatus,
  everyMs: number,
  fetchStatus: () => Promise<FetchedStatus>,
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
    const { status: answer, whenKnown } = await fetchStatus();
    asking = undefined;
    answered = answer !== undefined;
    if (answer !== undefined && !stopped) {
      const found = steady(answer, current);
      const changed = JSON.stringify(found) !== JSON.stringify(current);
      current = found;
      whenKnown();
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
    // A request under way may have been answered before what the caller wants to know of happened: it is waited for, and another made.
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

/**
 * Keeps the times of the last status where the new ones differ by less than 2 seconds: the server gives its clock in whole
 * seconds, so that times brought to this device's clock waver by one.
 */
function steady(found: TokenStatus, before: TokenStatus): TokenStatus {
  const keep = (name: "validUntil" | "graceUntil") =>
    Math.abs(found[name] - before[name]) < 2000 ? before[name] : found[name];
  return { ...found, validUntil: keep("validUntil"), graceUntil: keep("graceUntil") };
}

const STATES = new Set(["open", "busy", "used", "expired", "revoked"]);

/**
 * Reads an answer of `photo/upload-token-status`; undefined if it is something else. Its times are brought to this device's
 * clock, which may differ from the server's.
 * @param now by this device's clock, in Unix milliseconds
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

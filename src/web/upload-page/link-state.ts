import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { PageData } from "./page-data.ts";
import type { Engine, FileState, TokenStatus } from "./transfer/types.ts";
import type { UploadList } from "./upload-list.ts";

/** What the page says of its link. */
export type LinkView = {
  /** Why nothing more can be chosen, ever: the link has come to its end. Undefined while it has not. */
  closed: ReadonlySignal<"used" | "expired" | "revoked" | "invalid" | undefined>;
  /** How many more files can be begun now. */
  places: ReadonlySignal<number>;
  /** Uses are left, but somebody else is sending files with all of them. */
  busy: ReadonlySignal<boolean>;
  status: ReadonlySignal<TokenStatus>;
};

/** What the page was told when it was made; its times by the clock of this device, which may be wrong. */
export function firstStatus(data: PageData): TokenStatus {
  const { maxUploads, remaining, free, now } = data;
  const toLocal = (time: number) => time - now + Date.now();
  return {
    state: now > data.validUntil ? "expired" : data.state,
    maxUploads,
    remaining,
    free,
    validUntil: toLocal(data.validUntil),
    graceUntil: toLocal(data.graceUntil),
  };
}

/** `earlier`: how many files of earlier visits are not finished; each may hold one of the reservations that the server counts. */
export function createLinkState(
  engine: Engine,
  list: UploadList,
  earlier: ReadonlySignal<number>,
): LinkView {
  const seen = signal(look(engine, list));
  engine.onStatus(() => {
    seen.value = look(engine, list);
  });
  const remaining = computed(() => {
    const { status, done } = seen.value;
    return Math.max(0, status.remaining - (list.totals.value.done - done));
  });
  const active = computed(() => list.totals.value.active + list.totals.value.paused);
  const others = computed(() => {
    const { status, begun } = seen.value;
    return Math.max(0, status.remaining - status.free - begun - earlier.value);
  });
  const closed = computed(() => {
    const { state } = seen.value.status;
    if (state !== "open" && state !== "busy") return state;
    return remaining.value === 0 ? "used" : undefined;
  });
  const places = computed(() =>
    closed.value === undefined ? Math.max(0, remaining.value - active.value - others.value) : 0,
  );
  return {
    closed,
    places,
    busy: computed(
      () => closed.value === undefined && places.value === 0 && remaining.value > active.value,
    ),
    status: computed(() => seen.value.status),
  };
}

const MAY_HOLD: ReadonlySet<FileState> = new Set([
  "waiting",
  "sending",
  "offline",
  "paused",
  "cancelled",
]);

/**
 * The server counts uses, and this page knows which of them its own files hold: how many were done and
 * how many begun when it counted tells the others' from them. A file that was cancelled a moment ago may hold one still.
 */
function look(engine: Engine, list: UploadList) {
  const transfers = engine.transfers();
  return {
    status: engine.status(),
    done: list.totals.peek().done,
    begun: transfers.filter(({ state, sent }) => sent > 0 && MAY_HOLD.has(state)).length,
  };
}

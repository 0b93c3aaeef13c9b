import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { type SeenUses, seeUses, usesLeft } from "./link-uses.ts";
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
  const look = (before?: SeenUses) =>
    seeUses(engine.status(), ownFiles(engine, list, earlier.peek()), before);
  const seen = signal({ status: engine.status(), uses: look() });
  engine.onStatus(() => {
    seen.value = { status: engine.status(), uses: look(seen.peek().uses) };
  });
  // A file of an earlier visit that is chosen again is not among `earlier` any more, and still holds its reservation. So the number that
  // belongs to a status may rise, and does not fall before the next status: the reservation would be taken for somebody else's.
  effect(() => {
    const { status, uses } = seen.peek();
    if (earlier.value <= uses.own.earlier) return;
    seen.value = { status, uses: { ...uses, own: { ...uses.own, earlier: earlier.value } } };
  });
  const active = computed(() => list.totals.value.active + list.totals.value.paused);
  const left = computed(() => usesLeft(seen.value.uses, list.totals.value.done, active.value));
  const closed = computed(() => {
    const { state } = seen.value.status;
    if (state !== "open" && state !== "busy") return state;
    return left.value.remaining === 0 ? "used" : undefined;
  });
  const places = computed(() => (closed.value === undefined ? left.value.places : 0));
  return {
    closed,
    places,
    busy: computed(
      () => closed.value === undefined && places.value === 0 && left.value.remaining > active.value,
    ),
    status: computed(() => seen.value.status),
  };
}

const MAY_HOLD: ReadonlySet<FileState> = new Set(["waiting", "sending", "offline", "paused"]);

/** How many were done and how many begun. A file that was cancelled holds its use until the server knows of that. */
function ownFiles(engine: Engine, list: UploadList, earlier: number) {
  const transfers = engine.transfers();
  return {
    done: list.totals.peek().done,
    begun: transfers.filter(
      ({ state, sent, telling }) => sent > 0 && (MAY_HOLD.has(state) || telling),
    ).length,
    earlier,
  };
}

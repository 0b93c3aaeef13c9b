import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { leave, tell } from "./leave.ts";
import type { BrowserReturn } from "./transfer/outcome.ts";
import type { UploadList } from "./upload-list.ts";

/** Long enough for "All done" to be seen, and begun to be spoken. */
const PAUSE_BEFORE_LEAVING_MS = 1_500;

export type Ending = {
  /** Nothing is under way any more, and something has come to its end. */
  over: ReadonlySignal<boolean>;
  /** Where the browser carries the outcomes of the files that arrived. */
  returns: ReadonlySignal<readonly BrowserReturn[]>;
  /** The browser is on its way there. */
  leaving: ReadonlySignal<boolean>;
  /** The browser will go there by itself, in a moment. */
  goesByItself: ReadonlySignal<boolean>;
  /** Goes there. */
  finish(): void;
};

/** `single`: the link had one place only, and was not extended since: nothing can follow, and the page goes on by itself. */
export function createEnding(list: UploadList, single: ReadonlySignal<boolean>): Ending {
  const leaving = signal(false);
  const over = computed(() => {
    const { active, paused, done, refused } = list.totals.value;
    return active + paused === 0 && done + refused > 0;
  });
  const returns = computed(() =>
    [...list.states.value]
      .filter(([, state]) => state === "done")
      .flatMap(([id]) => list.row(id)?.value.outcome?.return ?? []),
  );
  const goesByItself = computed(() => single.value && over.value && returns.value.length > 0);
  const finish = () => {
    if (leaving.value || returns.value.length === 0) return;
    leaving.value = true;
    void leave(returns.value);
  };

  effect(() => {
    if (!goesByItself.value) return undefined;
    const timer = setTimeout(finish, PAUSE_BEFORE_LEAVING_MS);
    return () => clearTimeout(timer);
  });
  // Closed without "Finish": the files are there all the same, and their backend should know.
  window.addEventListener("pagehide", () => {
    if (leaving.value) return;
    leaving.value = true;
    for (const to of returns.value) void tell(to);
  });
  // The back button may bring the page back as it was left. Its outcomes are told by then: it begins anew, so as to tell none twice.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  return { over, returns, leaving, goesByItself, finish };
}

import { effect, type ReadonlySignal } from "@preact/signals";
import { percent } from "../kit/locale.ts";
import type { Words } from "./choosing/limits.ts";
import type { Totals } from "./upload-list.ts";

/** Says in the tab's title how far the sending is. */
export function showInTitle(totals: ReadonlySignal<Totals>, { texts, locale }: Words): void {
  const title = document.title;
  effect(() => {
    const { active, paused, size, sent, done } = totals.value;
    const underWay = active + paused > 0;
    const progress = { percent: percent(size === 0 ? 0 : sent / size), title };
    if (underWay) document.title = locale.say(texts.tab.sending, progress);
    else document.title = done > 0 ? locale.say(texts.tab.done, { title }) : title;
  });
}

/** Keeps a phone's screen from going dark, which would stop the sending. */
export function keepAwake(totals: ReadonlySignal<Totals>): void {
  let lock: WakeLockSentinel | undefined;
  let wanted = false;
  const take = async () => {
    try {
      const taken = await navigator.wakeLock.request("screen");
      if (!wanted || lock !== undefined) return void taken.release();
      lock = taken;
      // The browser takes it away when the page is covered.
      taken.addEventListener("release", () => {
        if (lock === taken) lock = undefined;
      });
    } catch {
      // A low battery, or a page that is not seen. Sending goes on as long as it is let.
    }
  };
  const update = () => {
    if (!("wakeLock" in navigator)) return;
    if (!wanted) void lock?.release();
    else if (lock === undefined && document.visibilityState === "visible") void take();
  };
  effect(() => {
    wanted = totals.value.active > 0;
    update();
  });
  document.addEventListener("visibilitychange", update);
}

/** Asks before the page is closed, only while something would be broken off. */
export function warnBeforeLeaving(isUnderWay: () => boolean): void {
  addEventListener("beforeunload", (event) => {
    if (isUnderWay()) event.preventDefault();
  });
}

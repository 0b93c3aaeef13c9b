import { effect } from "@preact/signals";

/**
 * Keeps a phone's screen from going dark, which would stop the sending.
 * @param isSending read from signals: asked again when one of them changes
 */
export function keepAwake(isSending: () => boolean): void {
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
    wanted = isSending();
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

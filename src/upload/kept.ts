import { createBackgroundLoop } from "../background-loop.ts";
import { nextTurn } from "../slices.ts";
import { endKept, type CancelContext } from "./cancel.ts";
import { isKeptNoLonger, LONGEST_KEPT_MS } from "./end-rules.ts";

/**
 * Deletes the bytes of cancelled uploads when the seconds are over for which they are kept (protocol 4.8): also of those that an earlier
 * process has left, and whatever becomes of the page that has cancelled them.
 */
export interface KeptUploads {
  /** Bytes may be kept since this moment. */
  wake(): void;
  stop(): Promise<void>;
}

/** Uploads that are looked at together. */
const FEW = 50;

/** Milliseconds until what could not be recorded, on a full disk for example, is tried again. */
const RETRY_MS = 2000;

export function createKeptUploads(context: CancelContext): KeptUploads {
  const { records, events, now } = context;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let hasFailed = false;
  const loop = createBackgroundLoop(endDue, (error) => {
    // Told once, and tried again for as long as it takes.
    if (!hasFailed) {
      events.emit({ kind: "upload not deleted", upload: null, error: String(error) });
    }
    hasFailed = true;
    wakeIn(RETRY_MS);
  });

  function wakeIn(ms: number): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(loop.wake, ms);
    timer.unref();
  }

  async function endDue(): Promise<void> {
    clearTimeout(timer);
    for (;;) {
      const some = await records.leftovers.kept(FEW);
      for (const { id, keptUntil } of some) {
        if (stopped) return;
        const ms = keptUntil - now();
        if (!isKeptNoLonger(keptUntil, now())) return wakeIn(Math.min(ms, LONGEST_KEPT_MS));
        await endKept(context, id);
        hasFailed = false;
      }
      if (some.length < FEW) return;
      await nextTurn();
    }
  }

  loop.wake();
  return {
    wake: () => {
      if (!stopped) loop.wake();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await loop.idle();
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { nextTurn } from "../slices.ts";

/** How long it rests for the time that a slice took: a quarter of the thread's time, or a fortieth beside receiving. */
const REST = 3;
const REST_RECEIVING = 39;

/** How long it waits for a moment without files that come in, and how often it looks; in milliseconds. */
export const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

/** A slice that took long met a slow disk, and not the processor: it does not rest for minutes because of that. */
const LONGEST_REST_MS = 500;

/**
 * Slows work in slices down, so that who sends files is not held up by it.
 * @param isReceiving whether files are being received at this moment
 * @param patienceMs how long it waits for files that come in, before the work goes on beside them
 * @param signalNow what ends the present work
 * @returns a function that is called after each slice with the milliseconds that it took; it throws where the work is ended
 */
export function createPace(
  isReceiving: () => boolean,
  patienceMs: number,
  signalNow: () => AbortSignal,
): (tookMs: number) => Promise<void> {
  /** Since when files have come in without a pause that was seen, by the monotonic clock. */
  let busySince: number | undefined;

  /** Waits until no file comes in, if that is to be had. @returns whether files come in all the same */
  async function isBeside(): Promise<boolean> {
    while (isReceiving()) {
      busySince ??= performance.now();
      if (performance.now() - busySince > patienceMs) return true;
      await sleep(LOOK_MS, undefined, { signal: signalNow() });
    }
    busySince = undefined;
    return false;
  }

  return async (tookMs) => {
    signalNow().throwIfAborted();
    const restMs = tookMs * ((await isBeside()) ? REST_RECEIVING : REST);
    if (restMs < 1) return nextTurn();
    await sleep(Math.min(restMs, LONGEST_REST_MS), undefined, { signal: signalNow() });
  };
}

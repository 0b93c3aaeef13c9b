import { sweep, type SweepContext } from "./sweep.ts";

export type SweeperOptions = Omit<SweepContext, "signal"> & {
  onSwept: (removed: number) => void;
  onError: (error: unknown) => void;
};

export interface Sweeper {
  /** Waits for a sweep that is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 10 * 60_000;

/**
 * Sweeps from now on, at first in a moment: nobody waits for it, since a million old rows take a while.
 */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { onSwept, onError, ...context } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  function begin(): void {
    running ??= sweep({ ...context, signal: stopping.signal })
      .then((removed) => {
        if (removed > 0) onSwept(removed);
      })
      .catch(onError)
      .finally(() => {
        running = undefined;
      });
  }

  begin();
  const timer = setInterval(begin, SWEEP_EVERY_MS);
  timer.unref();
  return {
    idle: async () => running,
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

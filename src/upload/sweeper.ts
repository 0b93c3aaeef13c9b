import { sweep, type SweepContext } from "./sweep.ts";

export type SweeperOptions = Omit<SweepContext, "signal">;

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
  const { events } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  function begin(): void {
    running ??= sweep({ ...options, signal: stopping.signal })
      .then((deleted) => {
        if (deleted > 0) events.emit({ kind: "swept", deleted });
      })
      .catch((error: unknown) => events.emit({ kind: "sweep failed", error: String(error) }))
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

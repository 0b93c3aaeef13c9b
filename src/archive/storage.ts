import type { Events } from "../events.ts";
import type { StorageUse, UsageRecords } from "../records/records.ts";
import { pause } from "../slices.ts";

/** What the folder holds, as it was counted last. */
export type CountedStorage = StorageUse & {
  /** When counting began, in milliseconds since 1970. */
  at: number;
};

/** Remembers what the folder holds, and counts anew what is old, beside requests. */
export interface Storage {
  /**
   * What was counted last; that begins when it is asked for.
   * @returns undefined where nothing has been counted yet, and it takes longer than somebody should wait
   */
  counted(): Promise<CountedStorage | undefined>;
}

export type StorageOptions = {
  records: { usage: Pick<UsageRecords, "storage"> };
  events: Pick<Events, "emit">;
  now: () => number;
  /** Milliseconds that whoever asks first waits for. */
  patienceMs?: number;
  /** Monotonic milliseconds. */
  elapsed?: () => number;
};

/** Nothing is counted more often than that, in milliseconds. */
const LEAST_AGE_MS = 2000;

/** And it takes one part in so many of the time: that of a million photos, some seconds, is a minute old and more. */
const RESTS = 20;

const PATIENCE_MS = 2000;

export function createStorage(options: StorageOptions): Storage {
  const { records, events, now, patienceMs = PATIENCE_MS } = options;
  const elapsed = options.elapsed ?? (() => performance.now());
  let last: CountedStorage | undefined;
  let counting: Promise<void> | undefined;
  let nextAt = Number.NEGATIVE_INFINITY;

  async function count(): Promise<void> {
    const begun = elapsed();
    const at = now();
    try {
      const use = await records.usage.storage();
      if (use) last = { ...use, at };
    } catch (error) {
      events.emit({ kind: "storage not counted", error: String(error) });
    } finally {
      nextAt = elapsed() + Math.max(LEAST_AGE_MS, RESTS * (elapsed() - begun));
      counting = undefined;
    }
  }

  return {
    counted: async () => {
      if (!counting && elapsed() >= nextAt) counting = count();
      if (counting) await Promise.race([counting, pause(last ? patienceMs / 10 : patienceMs)]);
      return last;
    },
  };
}

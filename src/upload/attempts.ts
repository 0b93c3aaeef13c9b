/** How often something may be tried: so many times at once, and one more after each stretch of time. */
export type Rate = { most: number; everyMs: number };

/**
 * Counts attempts under keys, in memory: a bucket for each key, which fills up again with time. It knows so many keys at
 * most; where there are more, those that were tried longest ago are forgotten.
 */
export type Attempts = {
  /**
   * Takes one attempt.
   * @param now milliseconds since 1970
   * @returns 0 where it may be made; else the milliseconds until the next one may
   */
  take(key: string, rate: Rate, now: number): number;
  /** The attempt counts as none: it has succeeded, or was not made. */
  giveBack(key: string): void;
};

/** What was tried under a key, in time: how many milliseconds after `at` all of its attempts have come back. */
type Bucket = { owedMs: number; at: number };

export function createAttempts(mostKeys = 20_000): Attempts {
  // In the order in which they were tried last.
  const buckets = new Map<string, Bucket & Pick<Rate, "everyMs">>();
  return {
    take: (key, { most, everyMs }, now) => {
      const { owedMs, at } = buckets.get(key) ?? { owedMs: 0, at: now };
      // A clock that was set back makes nobody wait longer.
      const leftMs = Math.max(0, owedMs - Math.max(0, now - at));
      const waitMs = leftMs - (most - 1) * everyMs;
      buckets.delete(key);
      buckets.set(key, { owedMs: leftMs + (waitMs > 0 ? 0 : everyMs), at: now, everyMs });
      for (const oldest of buckets.keys()) {
        if (buckets.size <= mostKeys) break;
        buckets.delete(oldest);
      }
      return Math.max(0, waitMs);
    },
    giveBack: (key) => {
      const bucket = buckets.get(key);
      if (bucket) bucket.owedMs = Math.max(0, bucket.owedMs - bucket.everyMs);
    },
  };
}

/** A key that attempts are counted under, and how often they may be made under it. */
export type Limit = readonly [key: string, rate: Rate];

/**
 * Takes one attempt that several limits count. It must be within each entry of `limits`; an entry with several limits is kept if one
 * of these is. An attempt that may not be made is counted nowhere.
 * @param now milliseconds since 1970
 * @returns `waitMs` as of `take`; `giveBack`, for all limits that have counted it
 */
export function takeWithin(
  attempts: Attempts,
  limits: readonly (readonly Limit[])[],
  now: number,
): { waitMs: number; giveBack: () => void } {
  const taken: string[] = [];
  const giveBack = () => taken.forEach((key) => attempts.giveBack(key));
  for (const alternatives of limits) {
    let waitMs = 0;
    for (const [key, rate] of alternatives) {
      waitMs = attempts.take(key, rate, now);
      if (waitMs > 0) continue;
      taken.push(key);
      break;
    }
    if (waitMs === 0) continue;
    giveBack();
    return { waitMs, giveBack: () => undefined };
  }
  return { waitMs: 0, giveBack };
}

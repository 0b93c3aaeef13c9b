/** Keeps two tabs with one link from sending the same file at once. */
export type TabLocks = {
  /**
   * Resolves when no other tab holds the lock of this file, with the function that releases it.
   * @param onWait called if another tab holds it, before the waiting begins
   * @param signal ends the waiting: resolves with a function that does nothing
   */
  acquire(id: string, signal: AbortSignal, onWait: () => void): Promise<() => void>;
  /** Ids of the files that any tab, this one included, is sending. */
  held(): Promise<ReadonlySet<string>>;
};

/**
 * By the Web Locks API: a browser releases the locks of a tab that is gone. Browsers withhold it from pages that came over
 * plain http: there two tabs may both send a file, and the server stores each chunk once all the same (protocol 4.2).
 * @param print the upload token's fingerprint, which tells its files from those of other tokens
 */
export function createTabLocks(print: string): TabLocks {
  const locks = (navigator as { locks?: LockManager }).locks;
  const prefix = `redeem-upload-${print}-`;
  if (locks === undefined) return { acquire: async () => nothing, held: async () => new Set() };
  return {
    async acquire(id, signal, onWait) {
      const atOnce = await hold(locks, prefix + id, { ifAvailable: true });
      if (atOnce !== undefined) return atOnce;
      onWait();
      return (await hold(locks, prefix + id, { signal })) ?? nothing;
    },
    async held() {
      const { held = [] } = await locks.query();
      const names = held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name] : []));
      return new Set(names.map((name) => name.slice(prefix.length)));
    },
  };
}

function nothing(): void {
  // There is no lock to release.
}

/** Resolves with the function that releases the lock; with undefined if it was only wanted at once (`ifAvailable`) and is taken, or if the signal ended the waiting. */
function hold(
  locks: LockManager,
  name: string,
  options: LockOptions,
): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const held = locks.request(name, options, (lock) => {
      if (lock === null) return resolve(undefined);
      return new Promise<void>((release) => resolve(release));
    });
    // The request's own promise settles when the lock is released; it rejects if the signal ended the waiting.
    held.catch(() => resolve(undefined));
  });
}

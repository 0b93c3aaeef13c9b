/** Keeps two tabs with one link from sending the same file at once. */
export type TabLocks = {
  /**
   * Resolves when no other tab holds the lock of this file, with the function that releases it.
   * @param onWait called if another tab holds it
   * @param signal gives up waiting: resolves with a function that does nothing
   */
  acquire(id: string, signal: AbortSignal, onWait: () => void): Promise<() => void>;
  /** Ids of files that any tab sends, this one too. */
  held(): Promise<ReadonlySet<string>>;
};

/**
 * Web Locks, which a browser releases itself when a tab is gone. They are missing on pages of plain http: there two tabs
 * do send the same file twice, and the server takes each chunk once all the same (protocol 4.2).
 * @param print tells the files of one upload token from those of others
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
  // Nothing is held.
}

/** Resolves with what releases the lock; with undefined if it cannot be had at once, or the waiting was given up. */
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
    // The request settles when the lock is released; given up, it rejects.
    held.catch(() => resolve(undefined));
  });
}

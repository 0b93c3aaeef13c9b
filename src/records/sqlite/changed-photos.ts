/** Changes that are remembered: what is further behind is made anew. */
const KEPT = 5000;

/**
 * Which photos were made, changed or removed by this process, in their order: what is kept in memory of photos looks at these
 * again when it is asked for, and never has to be told.
 */
export interface ChangedPhotos {
  /** A photo was made, changed or removed, and its transaction has ended. */
  note(id: number): void;
  /** How many changes there have been. */
  position(): number;
  /**
   * The photos that were changed after a position, each once, and the position behind them.
   * @param limit of changes, the earliest first
   * @returns undefined where that is too long ago
   */
  after(position: number, limit: number): { ids: number[]; position: number } | undefined;
}

export function changedPhotos(): ChangedPhotos {
  let log: number[] = [];
  /** Changes that are no longer remembered. */
  let forgotten = 0;
  return {
    note: (id) => {
      log.push(id);
      if (log.length >= 2 * KEPT) {
        log = log.slice(-KEPT);
        forgotten += KEPT;
      }
    },
    position: () => forgotten + log.length,
    after: (position, limit) => {
      if (position < forgotten) return undefined;
      const from = position - forgotten;
      const part = log.slice(from, from + limit);
      return { ids: [...new Set(part)], position: position + part.length };
    },
  };
}

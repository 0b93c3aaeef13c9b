/**
 * Whether this process has taken so much memory that no further bodies should be begun. Bun reads ahead of whoever takes a
 * body, some hundred kilobytes of each connection, so clients that begin thousands of uploads and go away at once can
 * make it hold gigabytes of what nobody will read. Uploads under way go on, and their clients try the refused ones again.
 */
export type MemoryWatch = { isOver(): boolean };

export type MemoryWatchOptions = {
  /** Bytes that the process may have. */
  limit: number;
  /** Bytes that it has (resident). */
  resident: () => number;
  /** Collects what nobody holds any more. */
  collect: () => void;
  /** A clock that only goes on, in milliseconds. */
  uptime: () => number;
};

/** How long a look counts: each asks the system. */
const LOOK_MS = 50;

/** A collection takes up to a tenth of a second: at most one in this time. */
const COLLECT_MS = 1000;

export function createMemoryWatch({
  limit,
  resident,
  collect,
  uptime,
}: MemoryWatchOptions): MemoryWatch {
  let lookedAt = -Infinity;
  let collectedAt = -Infinity;
  let over = false;

  function look(now: number): boolean {
    if (resident() <= limit) return false;
    // The garbage collector does not know of memory that is not JavaScript's, and may be late.
    if (now - collectedAt >= COLLECT_MS) {
      collectedAt = now;
      collect();
    }
    return resident() > limit;
  }

  return {
    isOver: () => {
      const now = uptime();
      if (now - lookedAt >= LOOK_MS) {
        lookedAt = now;
        over = look(now);
      }
      return over;
    },
  };
}

/** Bytes from which on no further body is begun: several times what uploads at full speed take. */
const LIMIT = 512 * 1024 ** 2;

/** The watch over this process. */
export function watchMemory(): MemoryWatch {
  return createMemoryWatch({
    limit: LIMIT,
    resident: () => process.memoryUsage.rss(),
    collect: () => Bun.gc(true),
    uptime: () => performance.now(),
  });
}

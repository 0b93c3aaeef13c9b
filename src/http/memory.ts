import { aheadOf, createYoungBodies } from "./young-bodies.ts";

/**
 * Lets bodies begin as long as there is memory for them. Bun reads ahead of whoever takes a body, some hundred kilobytes of each
 * connection, so clients that begin thousands of uploads and go away at once can make it hold gigabytes of what nobody will
 * read. What the process has says too little: hundreds of bodies may begin in one turn of the event loop, and be read in the next.
 * Uploads under way go on, and their clients try the refused ones again.
 */
export type MemoryWatch = {
  /**
   * A body wants to begin.
   * @param length as its request says, in bytes; undefined where it says none
   * @returns to be called when its request is over; undefined where the body must not begin
   */
  begin(length: number | undefined): (() => void) | undefined;
};

export type MemoryWatchOptions = {
  /** Bytes that the process may have. */
  limit: number;
  /** Bytes that it has (resident). */
  resident: () => number;
  /** Collects what nobody holds any more. */
  collect: () => void;
  /** A clock that only goes on, in milliseconds. */
  uptime: () => number;
  /** Runs something after so many milliseconds; it must not keep the process alive. */
  later: (run: () => void, ms: number) => void;
};

/** How long a look counts: each asks the system. */
const LOOK_MS = 50;

/** Between two collections, where the first was of little use: each takes up to a tenth of a second. */
const COLLECT_MS = 1000;

/** Where the first gave much back, more is coming fast: the next one may follow after so many times as long as the first took. */
const PAUSE_PART = 3;

/** Bytes that make a collection worth its time. */
const MUCH = 16 * 1024 ** 2;

/** Collections after a flood that give back little, one behind the other, before it is taken to be over. */
const MOST_VAIN = 5;

export function createMemoryWatch({
  limit,
  resident,
  collect,
  uptime,
  later,
}: MemoryWatchOptions): MemoryWatch {
  const young = createYoungBodies(later);
  let lookedAt = -Infinity;
  let seen = 0;
  let collectAt = -Infinity;
  let isCalming = false;

  /** @returns whether it gave much back */
  function collectNow(): boolean {
    const before = resident();
    const begunAt = uptime();
    collect();
    const endedAt = uptime();
    const gaveMuch = before - resident() >= MUCH;
    collectAt = endedAt + (gaveMuch ? PAUSE_PART * (endedAt - begunAt) : COLLECT_MS);
    return gaveMuch;
  }

  /** Whether there is room for so many bytes beside those that the process has, after collecting where that may help. */
  function hasRoom(bytes: number): boolean {
    const now = uptime();
    if (now - lookedAt >= LOOK_MS) {
      lookedAt = now;
      seen = resident();
    }
    if (seen + bytes <= limit) return true;
    // The garbage collector does not know of memory that is not JavaScript's, and may be late.
    if (now >= collectAt) {
      collectNow();
      seen = resident();
    }
    if (!isCalming) {
      isCalming = true;
      later(() => calm(), COLLECT_MS);
    }
    return seen + bytes <= limit;
  }

  /**
   * When the flood is over nobody asks any more, and what it has left behind would stay for minutes. A connection lets go of it only
   * when its end has been noticed, so it is looked for some time longer.
   */
  function calm(before = 0): void {
    const vain = collectNow() ? 0 : before + 1;
    isCalming = vain < MOST_VAIN;
    if (isCalming) later(() => calm(vain), COLLECT_MS);
  }

  return {
    begin: (length) => {
      const others = young.bytes();
      // One alone may begin whatever it brings: it would wait for nobody.
      const ahead = others === 0 ? 0 : others + aheadOf(length);
      return hasRoom(ahead) ? young.begin(length) : undefined;
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
    later: (run, ms) => void setTimeout(run, ms).unref(),
  });
}

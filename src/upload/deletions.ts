import type { Events } from "../events.ts";
import { nextTurn } from "../slices.ts";

/**
 * What a request deletes when it ends without a photo, its upload or its bytes. On a disk that takes no writes, being full or
 * broken, that may fail: then it is remembered, and done as soon as it succeeds, so that no use is held and no byte kept of what
 * nobody goes on with. What a process that dies has not done, the next start does (recover.ts).
 */
export interface Deletions {
  /**
   * Deletes now, or later. It never rejects: whoever ends a request has another outcome to tell.
   * @param work is carried out again where it has failed, in its middle perhaps
   */
  carryOut(of: DeletionOf, work: () => Promise<void>): Promise<void>;
  /**
   * Tries again, now, what has failed of a token's uploads, for whoever wants the uses that they hold.
   * @returns whether anything was deleted
   */
  retry(tokenId: number): Promise<boolean>;
  /** Tries everything once more. What still fails is left to the next start. */
  stop(): Promise<void>;
}

/** Whose the bytes are; null where that is not known. */
export type DeletionOf = { upload: number | null; token: number | null };

type Deletion = DeletionOf & { work: () => Promise<void>; underWay: Promise<boolean> | undefined };

/** Milliseconds between two tries: the shortest while something succeeds, twice as long after each that fails. */
const SHORTEST_MS = 250;
const LONGEST_MS = 4000;

/** Those that are remembered. Whole files beyond are deleted by the next start, and everything by sweeps. */
const MOST = 10_000;

export function createDeletions({ events }: { events: Events }): Deletions {
  /** The next to be tried is the first. */
  const waiting = new Set<Deletion>();
  let pauseMs = SHORTEST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  /** @returns whether it is done */
  function attempt(deletion: Deletion): Promise<boolean> {
    deletion.underWay ??= deletion
      .work()
      .then(
        () => waiting.delete(deletion),
        () => false,
      )
      .finally(() => {
        deletion.underWay = undefined;
      });
    return deletion.underWay;
  }

  /** Tries one after the other, up to the first that fails: the next ones would fail for the same reason. */
  async function attemptAll(): Promise<void> {
    for (const deletion of waiting) {
      if (!(await attempt(deletion))) {
        // It may be the only one that fails: the next run begins with another.
        if (waiting.delete(deletion)) waiting.add(deletion);
        pauseMs = Math.min(LONGEST_MS, 2 * pauseMs);
        return;
      }
      pauseMs = SHORTEST_MS;
      await nextTurn();
    }
  }

  function schedule(): void {
    if (stopped || timer || running || waiting.size === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      running = attemptAll().finally(() => {
        running = undefined;
        schedule();
      });
    }, pauseMs);
    timer.unref();
  }

  return {
    carryOut: async (of, work) => {
      try {
        await work();
      } catch (error) {
        events.emit({ kind: "upload not deleted", upload: of.upload, error: String(error) });
        if (waiting.size < MOST) waiting.add({ ...of, work, underWay: undefined });
        schedule();
      }
    },

    retry: async (tokenId) => {
      let isAnyDone = false;
      for (const deletion of waiting) {
        if (deletion.token === tokenId && (await attempt(deletion))) isAnyDone = true;
      }
      return isAnyDone;
    },

    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
      await attemptAll();
    },
  };
}

import type { Clock, Records } from "../records/records.ts";

/**
 * Ages that a clock cannot make. Times on record are the wall clock's, which may be two days ahead at
 * boot and be put right later, or the other way round. What is swept must be old by the time that the
 * server has served as well, which is measured by a clock that never jumps and is kept on record: it
 * stands still while the server is stopped, so what is unfinished then is kept for a while longer.
 */
export interface Ages {
  /** Notes what the clocks say, so that a jump is seen. Call it from time to time, and at the end. */
  look(): Promise<void>;
  /**
   * What has a time on record before this one has not been touched for so long, in milliseconds, by
   * either clock.
   */
  before(keepMs: number): number;
  /** Times on record after this one are a wrong clock's. */
  now(): number;
}

export type AgesOptions = {
  records: Pick<Records, "clock" | "noteClock">;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Milliseconds that this process has lived; never jumps. */
  uptime: () => number;
  /** The longest time that is asked for. */
  longestMs: number;
};

/** How far the wall clock may be from what was expected: more than it is corrected by in small steps. */
const JUMP_MS = 60_000;

/**
 * A stretch of time served without a jump of the wall clock, which said `wall` at its begin. `from` and
 * `until` are times served.
 */
type Era = Clock["eras"][number];

export async function createAges({ records, now, uptime, longestMs }: AgesOptions): Promise<Ages> {
  const known = await records.clock();
  const base = known?.served ?? 0;
  const start = uptime();
  const served = () => base + uptime() - start;
  // What was there before all this was noted is of an age that nobody knows: as if it came in just now.
  let eras: Era[] = known?.eras ?? [{ wall: 0, from: 0, until: 0 }];
  let current: Era = { wall: now(), from: base, until: base };
  let seen = now();

  function note(): Clock {
    const at = served();
    const wall = now();
    const passed = at - current.until;
    if (Math.abs(wall - (seen + passed)) > JUMP_MS) {
      // It may have been at any moment since the last look.
      eras.push({ ...current, until: at });
      current = { wall: wall - passed, from: at - passed, until: at };
    }
    current.until = at;
    seen = wall;
    eras = eras.filter(({ until }) => until > at - longestMs || until === at);
    return { served: at, eras: [...eras, current] };
  }

  return {
    look: () => records.noteClock(note()),
    before: (keepMs) => {
      note();
      const since = served() - keepMs;
      let oldest = now() - keepMs;
      for (const era of [...eras, current]) {
        const isOver = era.until <= since;
        if (!isOver) oldest = Math.min(oldest, era.wall + Math.max(0, since - era.from));
      }
      return oldest;
    },
    now,
  };
}

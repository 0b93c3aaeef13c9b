import type { ChangedPhotos } from "./changed-photos.ts";
import { addAllTo, addTo, emptySet, bytesOfSet, takeFrom, type PhotoSet } from "./photo-set.ts";

/** A condition that a photo meets or not, as SQLite is asked for it. */
export type Condition = {
  /** Names it among all others: two with one name are the same. */
  name: string;
  /** The photos that meet it, in slices of some milliseconds. */
  slices(): Iterable<readonly number[]>;
  /** Those of these photos that meet it now. */
  among(ids: readonly number[]): readonly number[];
  /** Where the time of the question matters. */
  moment?: {
    now: number;
    /** Photos that begin to meet it between two moments; undefined where they are many. */
    between(earlier: number, later: number): readonly number[] | undefined;
  };
};

/** Bytes that sets may take together: a hundred and more large ones for a million photos. */
const KEPT_BYTES = 24 * 1024 * 1024;

/** Changes that are looked at in one slice. */
const FEW = 300;

/** So many are kept whatever they take: more than one question asks for. */
const KEPT_SETS = 48;

/** Sets that are never dropped, 125 KB each for a million photos. */
const PINNED_SETS = 48;

type Kept = { set: PhotoSet; position: number; bytes: number; now: number };

/**
 * The photos that meet a condition, kept in memory within bounds: those that were not asked for the longest are dropped
 * first. Changes of photos are looked at when a set is asked for the next time.
 * @param turn asked for before each slice
 */
export function photoSets(changes: ChangedPhotos, turn: () => Promise<void>) {
  /** The last that was asked for is the last. */
  const kept = new Map<string, Kept>();
  const making = new Map<string, Promise<void>>();
  const pinned = new Set<string>();
  let bytes = 0;

  async function make(condition: Condition): Promise<void> {
    const made: Kept = {
      set: emptySet(),
      position: changes.position(),
      bytes: 0,
      now: condition.moment?.now ?? 0,
    };
    const slices = condition.slices()[Symbol.iterator]();
    for (;;) {
      await turn();
      const { done, value } = slices.next();
      if (done) break;
      addAllTo(made.set, value);
    }
    keep(condition.name, made);
  }

  function keep(name: string, made: Kept): void {
    drop(name);
    made.bytes = bytesOfSet(made.set);
    kept.set(name, made);
    if (pinned.has(name)) return;
    bytes += made.bytes;
    for (const oldest of kept.keys()) {
      if (bytes <= KEPT_BYTES || kept.size - pinned.size <= KEPT_SETS) break;
      if (!pinned.has(oldest)) drop(oldest);
    }
  }

  function drop(name: string): void {
    if (!pinned.has(name)) bytes -= kept.get(name)?.bytes ?? 0;
    kept.delete(name);
  }

  /** Looks at photos that were changed since the set was made. False where that cannot be told any more. */
  function bringUp(condition: Condition, of: Kept): boolean {
    if (condition.moment && condition.moment.now !== of.now) {
      const { now, between } = condition.moment;
      const others = between(Math.min(now, of.now), Math.max(now, of.now));
      if (!others) return false;
      for (const id of others) (now > of.now ? addTo : takeFrom)(of.set, id);
      of.now = now;
    }
    const changed = changes.after(of.position, FEW);
    if (!changed) return false;
    if (changed.ids.length > 0) {
      const meeting = new Set(condition.among(changed.ids));
      for (const id of changed.ids) {
        if (meeting.has(id)) addTo(of.set, id);
        else takeFrom(of.set, id);
      }
    }
    of.position = changed.position;
    return true;
  }

  async function ready(condition: Condition): Promise<void> {
    const { name } = condition;
    for (;;) {
      const known = kept.get(name);
      if (known && bringUp(condition, known)) {
        if (known.position === changes.position()) return;
        await turn();
        continue;
      }
      const begun = making.get(name) ?? make(condition).finally(() => void making.delete(name));
      making.set(name, begun);
      await begun;
    }
  }

  return {
    /**
     * Makes a set before it is asked for, and keeps it from now on where it has so many photos.
     * @returns whether it does; undefined where no more of these are kept
     */
    pin: async (condition: Condition, least: number): Promise<boolean | undefined> => {
      const { name } = condition;
      if (pinned.size >= PINNED_SETS) return undefined;
      await ready(condition);
      const known = kept.get(name);
      // Dropped again already: others asked for much meanwhile.
      if (!known || known.set.count < least) return false;
      if (!pinned.has(name)) bytes -= known.bytes;
      pinned.add(name);
      return true;
    },
    /** Brings the set of a condition so far that `current` can answer it. */
    ready,
    /** The set as it is now; undefined where it has to be made ready first. Not to be changed, and valid in this turn. */
    current: (condition: Condition): PhotoSet | undefined => {
      const known = kept.get(condition.name);
      if (!known || !bringUp(condition, known)) return undefined;
      if (known.position !== changes.position()) return undefined;
      kept.delete(condition.name);
      kept.set(condition.name, known);
      return known.set;
    },
  };
}

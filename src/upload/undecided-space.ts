import { Problem } from "../problem.ts";

/** The space that bodies share of which it is not known yet what they belong to. All numbers are bytes. */
export type UndecidedSpace = {
  /**
   * Why a body may not take this many more; undefined where it may.
   * @param held what it has taken so far
   * @param isNameless whether it has named no valid upload token
   */
  refusal(bytes: number, held: number, isNameless: boolean): Problem | undefined;
  take(bytes: number, isNameless: boolean): void;
  giveBack(bytes: number, isNameless: boolean): void;
};

/** Of the room for undecided bodies, what those may take together that have named no token. */
const NAMELESS_PART = 3 / 4;

/**
 * @param limit of all together (REDEEM_UNDECIDED); never more than a quarter of what is free
 * @param free what is neither taken nor promised
 */
export function createUndecidedSpace(limit: number, free: () => number): UndecidedSpace {
  let taken = 0;
  /** Of these, by bodies that have named no token. */
  let nameless = 0;
  return {
    refusal: (bytes, held, isNameless) => {
      const most = Math.min(limit, (free() + taken) / 4);
      const isFull = taken + bytes > most;
      const isFullOfNameless = isNameless && nameless + bytes > most * NAMELESS_PART;
      if (!isFull && !isFullOfNameless) return undefined;
      return tooManyUndecided((isFull ? taken : nameless) === held);
    },
    take: (bytes, isNameless) => {
      taken += bytes;
      if (isNameless) nameless += bytes;
    },
    giveBack: (bytes, isNameless) => {
      taken -= bytes;
      if (isNameless) nameless -= bytes;
    },
  };
}

/** @param alone whether no other body takes space: then this one is too large for the space there is */
function tooManyUndecided(alone: boolean): Problem {
  const advice = "send the upload token and the chunk's parameters before the file";
  return alone
    ? new Problem(
        "insufficient_storage",
        `The server has no room for this file while it is not known what it belongs to: ${advice}, or try again later.`,
      )
    : new Problem(
        "temporarily_unavailable",
        `Too many files are coming in of which it is not known what they belong to; try again, or ${advice}.`,
      );
}

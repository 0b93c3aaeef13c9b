import { createAttempts, takeWithin, type Limit, type Rate } from "../../upload/attempts.ts";
import { networksOf } from "../../upload/network.ts";

/**
 * How often a wrong key may be typed. Made keys are long and random, but REDEEM_API_KEY may be a word that somebody chose.
 * Everybody together has the attempts of `all`, so that many addresses are of no use for guessing. Beside these, each network has
 * two of its own, so that guessing from elsewhere cannot shut others out. Guessing from the same address can; a link of
 * `redeem open` works even then.
 */
const RATES = {
  /** From one address. */
  own: { most: 10, everyMs: 30_000 },
  /** From one network, beside those of all. */
  network: { most: 2, everyMs: 30 * 60_000 },
  all: { most: 100, everyMs: 5000 },
} satisfies Record<string, Rate>;

/** Counts wrong keys that are typed at the sign-in page, and slows down whoever guesses. */
export type WrongKeys = {
  /**
   * Begins an attempt, which counts as wrong until it has succeeded: sending many at once is no way around the limits.
   * @param client address of whoever signs in; undefined if it is not known
   */
  begin(client: string | undefined): KeyAttempt;
};

/** One attempt to sign in. */
export type KeyAttempt = {
  /** Seconds until the attempt may be made; 0: now. */
  wait: number;
  /** Call when the key was right: the attempt does not count. */
  succeeded(): void;
};

/** @param now milliseconds since 1970 */
export function createWrongKeys(now: () => number): WrongKeys {
  const attempts = createAttempts();
  return {
    begin: (client) => {
      const { own, wide } = networksOf(client);
      const limits: Limit[][] = [
        [[`own ${own}`, RATES.own]],
        [
          [`network ${wide}`, RATES.network],
          ["all", RATES.all],
        ],
      ];
      const { waitMs, giveBack } = takeWithin(attempts, limits, now());
      return { wait: Math.ceil(waitMs / 1000), succeeded: giveBack };
    },
  };
}

import { createAttempts, takeWithin, type Limit, type Rate } from "../../upload/attempts.ts";
import { networksOf } from "../../upload/network.ts";

/**
 * How often a wrong key may be typed. Keys are long and random, but REDEEM_API_KEY may be somebody's words. Whoever has many
 * addresses shares what all have together, but for two attempts that each network has of its own: nobody who floods the page from elsewhere
 * can shut others out. A neighbour of the same address can; before a link of `redeem open` stands no limit.
 */
const RATES = {
  /** From one address. */
  own: { most: 10, everyMs: 30_000 },
  /** From one network: beside those of all. */
  network: { most: 2, everyMs: 30 * 60_000 },
  all: { most: 100, everyMs: 5000 },
} satisfies Record<string, Rate>;

export type WrongKeys = {
  /**
   * Counts an attempt as wrong before it is known to be: many at once are no way around it.
   * @param client address of who signs in, as far as it is known
   */
  begin(client: string | undefined): KeyAttempt;
};

export type KeyAttempt = {
  /** Seconds to wait where it may not be made; 0 where it may. */
  wait: number;
  /** It was right, and counts as none. */
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

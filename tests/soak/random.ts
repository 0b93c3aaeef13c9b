/** Draws that are the same for the same seed. */
export type Random = {
  /** At least 0 and below 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
  /** Draws of its own, so that what runs in parallel cannot change what others draw. */
  fork(salt: number): Random;
};

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const random: Random = {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
    between: (from, to) => from + Math.floor(random.next() * (to - from + 1)),
    chance: (probability) => random.next() < probability,
    pick: <Value>(values: readonly Value[]) =>
      values[Math.floor(random.next() * values.length)] as Value,
    fork: (salt) => seeded(Math.imul(seed ^ 0x9e3779b9, 2 * salt + 1) + salt),
  };
  return random;
}

/** The seed of a run: that of an earlier one, or a new one. */
export function readSeed(text = process.env["REDEEM_TEST_SEED"]): number {
  return text ? Number(text) >>> 0 : Math.floor(Math.random() * 2 ** 32);
}

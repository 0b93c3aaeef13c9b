const LONGEST_DELAY_MS = 20_000;

/**
 * Milliseconds to wait after this many failed attempts: about 1 s, 2 s, 4 s, ... 20 s, each up to a quarter more
 * or less, so that many pages do not return to a server at the same moment.
 * @param failed from 1
 * @param random from 0 to 1
 */
export function retryDelay(failed: number, random: number): number {
  const delay = Math.min(LONGEST_DELAY_MS, 1000 * 2 ** Math.min(failed - 1, 10));
  return Math.round(delay * (0.75 + random / 2));
}

import { nextTurn } from "../../slices.ts";

/**
 * Lets one slice of work begin in each turn of the event loop, however many want to work: ten long questions at once hold up
 * others no longer than one.
 */
export function createTurns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(nextTurn);
    return last;
  };
}

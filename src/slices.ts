/**
 * Lets the event loop turn once: requests and timers that wait are served before this is answered. What
 * is long goes in slices with one of these between two of them, since a statement of SQLite and a loop
 * over a million things hold up everybody else.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Lets the event loop turn for so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

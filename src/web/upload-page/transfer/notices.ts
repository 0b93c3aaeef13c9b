/** Collects which files changed, and tells listeners of all of them at once: at the next frame, or a moment after the last time if these were many. */
export type Notices = {
  changed(id: string): void;
  /** Calls `note` for each change at once, before the listeners hear of it. */
  before(note: (id: string) => void): void;
  listen(listener: (changed: ReadonlySet<string>) => void): () => void;
  stop(): void;
};

/** In a hidden tab there are no frames, but its title is still seen and screen readers still speak: there a timer tells. */
const HIDDEN_MS = 250;
/** So many files at once are told of less often: drawing them in each frame costs as much as sending small files does. */
const MANY = 12;
const GAP_MS = 100;

export function createNotices(): Notices {
  const listeners = new Set<(changed: ReadonlySet<string>) => void>();
  const noting = new Set<(id: string) => void>();
  let changed = new Set<string>();
  let stopWaiting: (() => void) | undefined;
  let notBefore = 0;

  const tell = () => {
    stopWaiting?.();
    stopWaiting = undefined;
    const told = changed;
    notBefore = told.size > MANY ? performance.now() + GAP_MS : 0;
    changed = new Set();
    for (const listener of listeners) listener(told);
  };

  return {
    changed(id) {
      changed.add(id);
      for (const note of noting) note(id);
      stopWaiting ??= atNextFrame(tell, notBefore - performance.now());
    },
    before: (note) => void noting.add(note),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      listeners.clear();
      stopWaiting?.();
    },
  };
}

/**
 * Runs at the next frame, or by a timer if the page is hidden, or becomes so before that frame.
 * @param waitMs milliseconds that pass before that frame is asked for, if any
 * @returns what stops it
 */
function atNextFrame(run: () => void, waitMs: number): () => void {
  let frame: number | undefined;
  const ask = () => {
    if (!document.hidden) frame = requestAnimationFrame(run);
  };
  const wait = waitMs > 0 ? setTimeout(ask, waitMs) : undefined;
  if (wait === undefined) ask();
  const timer = setTimeout(run, HIDDEN_MS);
  return () => {
    clearTimeout(wait);
    clearTimeout(timer);
    if (frame !== undefined) cancelAnimationFrame(frame);
  };
}

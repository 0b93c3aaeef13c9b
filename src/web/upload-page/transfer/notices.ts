/** Collects which files changed, and tells listeners of all of them at once, at most once a frame. */
export type Notices = {
  changed(id: string): void;
  /** Calls `note` for each change at once, before the listeners hear of it. */
  before(note: (id: string) => void): void;
  listen(listener: (changed: ReadonlySet<string>) => void): () => void;
  stop(): void;
};

/** In a hidden tab there are no frames, but its title is still seen and screen readers still speak: there a timer tells. */
const HIDDEN_MS = 250;

export function createNotices(): Notices {
  const listeners = new Set<(changed: ReadonlySet<string>) => void>();
  const noting = new Set<(id: string) => void>();
  let changed = new Set<string>();
  let stopWaiting: (() => void) | undefined;

  const tell = () => {
    stopWaiting?.();
    stopWaiting = undefined;
    const told = changed;
    changed = new Set();
    for (const listener of listeners) listener(told);
  };

  return {
    changed(id) {
      changed.add(id);
      for (const note of noting) note(id);
      stopWaiting ??= afterThisFrame(tell);
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

/** Runs at the next frame, or by the timer if the page is hidden, or becomes so before that frame. @returns what stops both */
function afterThisFrame(run: () => void): () => void {
  const frame = document.hidden ? undefined : requestAnimationFrame(run);
  const timer = setTimeout(run, HIDDEN_MS);
  return () => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

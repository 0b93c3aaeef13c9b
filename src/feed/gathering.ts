import { keyOf, type FeedNotice } from "./notices.ts";
import { CHANGED } from "./page-event.ts";

/** Notices that wait to be told, and the rules of when each is. */
export type Gathering = {
  add(notices: readonly FeedNotice[]): void;
  /** Takes out what is to be told at this moment. @param now monotonic milliseconds */
  takeDue(now: number): FeedNotice[];
  /** Whether something waits for a later moment. */
  isWaiting(): boolean;
  /** Forgets everything: nobody listens. */
  clear(): void;
};

/** Beyond this many at once, pages are told to ask again for everything. */
const MOST_AT_ONCE = 300;

/**
 * Of notices with one key the last one counts. While an upload goes on it is told of once in `uploadMs`; its end is told at once.
 * @param uploadMs milliseconds between two notices of one upload
 * @param askMs milliseconds between two times that all pages have to ask again
 */
export function createGathering({
  uploadMs,
  askMs,
}: {
  uploadMs: number;
  askMs: number;
}): Gathering {
  let waiting = new Map<string, FeedNotice>();
  /** There was too much to tell: until pages were told to ask again, nothing else is gathered. */
  let isTooMuch = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  /** Uploads that were told of within the last `uploadMs`, and when. */
  const told = new Map<number, number>();

  /** Whether a notice is of an upload that goes on, and was told of a moment ago. */
  function hasToWait(notice: FeedNotice): boolean {
    return notice.about === "upload" && !notice.isOver && told.has(notice.upload);
  }

  function takeWaiting(now: number): FeedNotice[] {
    for (const [upload, at] of told) if (now - at >= uploadMs) told.delete(upload);
    const later = new Map<string, FeedNotice>();
    const due: FeedNotice[] = [];
    for (const [key, notice] of waiting) {
      if (hasToWait(notice)) later.set(key, notice);
      else due.push(notice);
      if (notice.about === "upload" && !told.has(notice.upload)) told.set(notice.upload, now);
    }
    waiting = later;
    return due;
  }

  return {
    add: (notices) => {
      if (isTooMuch) return;
      for (const notice of notices) waiting.set(keyOf(notice), notice);
      if (waiting.size <= MOST_AT_ONCE) return;
      isTooMuch = true;
      waiting.clear();
    },
    takeDue: (now) => {
      const due = takeWaiting(now);
      if (isTooMuch && now - askedAt >= askMs) {
        isTooMuch = false;
        askedAt = now;
        due.push({ about: "anything", level: "read", event: CHANGED });
      }
      return due;
    },
    isWaiting: () => waiting.size > 0 || isTooMuch,
    clear: () => {
      waiting.clear();
      told.clear();
      isTooMuch = false;
    },
  };
}

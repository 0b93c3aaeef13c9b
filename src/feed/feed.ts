import type { Events } from "../events.ts";
import type { Records } from "../records/records.ts";
import { address, maySee, type Addressed, type Viewer } from "./addressed.ts";
import { createGathering } from "./gathering.ts";
import { noticesOf, type FeedNotice } from "./notices.ts";
import { CHANGED, type PageEvent } from "./page-event.ts";

/** A page of the archive that is open. */
export type Subscriber = {
  viewer: Viewer;
  /** Called with what its viewer may see; must return at once. */
  take(events: readonly PageEvent[]): void;
  /** Called when nothing more comes, since the server stops. */
  end(): void;
};

/** Tells open pages of the archive what happens, each as far as its viewer may see it (protocol 9.1). */
export type Feed = {
  /** @returns the function that ends the subscription */
  subscribe(subscriber: Subscriber): () => void;
  /** Ends all subscriptions. */
  close(): void;
};

export type FeedOptions = {
  records: Pick<Records, "uploads" | "tokens">;
  events: Pick<Events, "subscribe">;
  /** Told what went wrong where something could not be looked up; pages are told to ask again then. */
  onError: (error: unknown) => void;
  /** How long events are gathered before they are told together, in milliseconds. */
  gatherMs?: number;
  /** Milliseconds between two events of one upload that goes on. */
  uploadMs?: number;
  /** Milliseconds between two times that all pages have to ask again. */
  askMs?: number;
};

/** While nobody is subscribed, events cost nothing but a look at that. */
export function createFeed(options: FeedOptions): Feed {
  const { records, events, onError, gatherMs = 200, uploadMs = 1000, askMs = 2000 } = options;
  const subscribers = new Set<Subscriber>();
  const gathering = createGathering({ uploadMs, askMs });
  let timer: Timer | undefined;

  events.subscribe((event) => {
    if (subscribers.size === 0) return;
    gathering.add(noticesOf(event));
    tellSoon();
  });

  function tellSoon(): void {
    if (!gathering.isWaiting()) return;
    timer ??= setTimeout(() => void tell().catch(onError), gatherMs);
    timer.unref();
  }

  async function tell(): Promise<void> {
    timer = undefined;
    const due = gathering.takeDue(performance.now());
    tellSoon();
    const found = await lookUp(due);
    for (const subscriber of subscribers) {
      const own = found.filter((each) => maySee(subscriber.viewer, each));
      if (own.length > 0) subscriber.take(own.map(({ event }) => event));
    }
  }

  /** Where the records cannot be read now, "changed" stands for the rest of the notices. */
  async function lookUp(notices: readonly FeedNotice[]): Promise<Addressed[]> {
    const found: Addressed[] = [];
    try {
      for (const notice of notices) found.push(await address(records, notice));
    } catch (error) {
      found.push({ event: CHANGED, level: "read", userId: undefined });
      onError(error);
    }
    return found;
  }

  return {
    subscribe: (subscriber) => {
      subscribers.add(subscriber);
      return () => {
        subscribers.delete(subscriber);
        if (subscribers.size === 0) gathering.clear();
      };
    },
    close: () => {
      clearTimeout(timer);
      for (const subscriber of subscribers) subscriber.end();
      subscribers.clear();
    },
  };
}

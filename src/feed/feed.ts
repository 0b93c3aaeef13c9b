import type { Events } from "../events.ts";
import { LEVELS, type Level, type Records } from "../records/records.ts";
import { keyOf, noticesOf, type FeedNotice } from "./notices.ts";
import { CHANGED, type PageEvent } from "./page-event.ts";

/** Who is told: as in all of the API, `write` sees what is its own user's of links and uploads, `admin` all. */
export type Viewer = { level: Level; userId: number };

export type Subscriber = {
  viewer: Viewer;
  /** Must not wait. */
  take(events: readonly PageEvent[]): void;
  /** Nothing more comes: the server stops. */
  end(): void;
};

/** Tells pages of the archive what happens, as far as their viewers may see it. */
export type Feed = {
  /** @returns what ends it */
  subscribe(subscriber: Subscriber): () => void;
  /** Ends all. */
  close(): void;
};

export type FeedOptions = {
  records: Pick<Records, "uploads" | "tokens">;
  events: Pick<Events, "subscribe">;
  /** What cannot be looked up now, is told as "changed". */
  onError: (error: unknown) => void;
  /** Milliseconds in which what happens is put together; between two events of one upload; between two times that all have to ask again. */
  gatherMs?: number;
  uploadMs?: number;
  askMs?: number;
};

/** Beyond this many at once, pages are told to ask again. */
const MOST_AT_ONCE = 300;

export function createFeed({
  records,
  events,
  onError,
  gatherMs = 200,
  uploadMs = 1000,
  askMs = 2000,
}: FeedOptions): Feed {
  const subscribers = new Set<Subscriber>();
  let waiting = new Map<string, FeedNotice>();
  /** There was too much to tell: until all were told to ask again, nothing else is. */
  let tooMany = false;
  let askedAt = -Infinity;
  /** Uploads that were told of in the last second, and when. */
  const told = new Map<number, number>();
  let timer: Timer | undefined;

  events.subscribe((event) => {
    if (subscribers.size === 0 || tooMany) return;
    for (const notice of noticesOf(event)) waiting.set(keyOf(notice), notice);
    if (waiting.size > MOST_AT_ONCE) {
      tooMany = true;
      waiting.clear();
    }
    if (waiting.size > 0 || tooMany) gather();
  });

  function gather(): void {
    timer ??= setTimeout(() => void tell().catch(onError), gatherMs);
    timer.unref();
  }

  async function tell(): Promise<void> {
    timer = undefined;
    const notices = takeDue(performance.now());
    const askAgain = tooMany && performance.now() - askedAt >= askMs;
    if (askAgain) {
      tooMany = false;
      askedAt = performance.now();
      notices.push({ about: "anything", level: "read", event: CHANGED });
    }
    if (waiting.size > 0 || tooMany) gather();
    return tellAll(notices);
  }

  /** All but uploads that go on and were told of a moment ago: they wait for their second to end. */
  function takeDue(now: number): FeedNotice[] {
    for (const [upload, at] of told) if (now - at >= uploadMs) told.delete(upload);
    const later = new Map<string, FeedNotice>();
    const due: FeedNotice[] = [];
    for (const [key, notice] of waiting) {
      const upload = notice.about === "upload" ? notice.upload : undefined;
      const mayWait = notice.about === "upload" && !notice.isOver;
      if (upload !== undefined && mayWait && told.has(upload)) later.set(key, notice);
      else due.push(notice);
      if (upload !== undefined && !told.has(upload)) told.set(upload, now);
    }
    waiting = later;
    return due;
  }

  async function tellAll(notices: readonly FeedNotice[]): Promise<void> {
    const found: Addressed[] = [];
    try {
      for (const notice of notices) found.push(await address(records, notice));
    } catch (error) {
      found.push({ event: CHANGED, level: "read", userId: undefined });
      onError(error);
    }
    for (const subscriber of subscribers) {
      const own = found.filter((each) => maySee(subscriber.viewer, each));
      if (own.length > 0) subscriber.take(own.map(({ event }) => event));
    }
  }

  return {
    subscribe: (subscriber) => {
      subscribers.add(subscriber);
      return () => {
        subscribers.delete(subscriber);
        if (subscribers.size > 0) return;
        waiting.clear();
        told.clear();
        tooMany = false;
      };
    },
    close: () => {
      clearTimeout(timer);
      for (const subscriber of subscribers) subscriber.end();
      subscribers.clear();
    },
  };
}

/** An event, the level that it takes to see it, and below `admin` whose it has to be; undefined where it is nobody's. */
type Addressed = { event: PageEvent; level: Level; userId: number | undefined };

async function address(records: FeedOptions["records"], notice: FeedNotice): Promise<Addressed> {
  if (notice.about === "anything") return { ...notice, userId: undefined };
  const userId = (await records.tokens.byId(notice.token))?.userId ?? Number.NaN;
  const event: PageEvent =
    notice.about === "token"
      ? { event: "token", data: { token_id: notice.token } }
      : await describeUpload(records, notice);
  return { event, level: "write", userId };
}

async function describeUpload(
  { uploads }: Pick<Records, "uploads">,
  { upload: id, token }: { upload: number; token: number },
): Promise<PageEvent> {
  const ids = { upload_id: id, token_id: token };
  const upload = await uploads.byId(id);
  if (!upload) {
    const gone = { filename: "", size: null, received: 0, state: "gone" as const };
    return { event: "upload", data: { ...ids, ...gone } };
  }
  const { filename, identity, received, state } = upload;
  const whole = received > 0 ? received : null;
  const size = identity?.totalSize ?? whole;
  return { event: "upload", data: { ...ids, filename, size, received, state } };
}

function maySee({ level, userId }: Viewer, { level: needed, userId: owner }: Addressed): boolean {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(needed)) return false;
  if (owner === undefined || LEVELS.indexOf(level) >= LEVELS.indexOf("admin")) return true;
  return owner === userId;
}

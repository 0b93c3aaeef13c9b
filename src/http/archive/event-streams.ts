import type { Feed } from "../../feed/feed.ts";
import { Problem } from "../../problem.ts";
import type { Sessions, SignedIn } from "../../session/sessions.ts";
import { createEventStream, type EventStream } from "./event-stream.ts";

/** What Bun's server lets a handler do with the time of its connection; null where there is none. */
export type Timing = { timeout(request: Request, seconds: number): void } | null;

export type EventStreams = {
  /** Answers with what happens from now on. @throws Problem temporarily_unavailable where there are too many */
  open(request: Request, server: Timing, secret: string, signedIn: SignedIn): Response;
  /** Looks now, and not within a second, whose session has ended. */
  look(): Promise<void>;
};

export type EventStreamsOptions = {
  feed: Feed;
  sessions: Pick<Sessions, "find">;
  onError: (error: unknown) => void;
};

/** Milliseconds between two lines at least: Bun ends a connection that is silent for 30 s. */
const BEAT_MS = 20_000;

/** Milliseconds in which the end of a session is noticed that somebody else has ended, a command perhaps. */
const LOOK_MS = 1000;

/** After so long a page asks again: a reader that is gone without a word must not be kept for ever. In milliseconds. */
const LONGEST_MS = 60 * 60_000;

/** Pages of one session: the oldest is ended for one more, since it may be a browser's that is gone. */
const MOST_OF_SESSION = 8;

/** Pages of one API key, of all its sessions: whoever has it may sign in as often as they like, and leave others no room. */
const MOST_OF_KEY = 32;

const MOST = 256;

type Open = {
  secret: string;
  /** Null for the operator, who is whom the bounds protect: any number of people may share that key. */
  keyId: number | null;
  stream: EventStream;
  beganAt: number;
  /** What is done where its reader does not take the end. */
  cut: () => void;
};

/** The answers of Server-Sent Events that are under way (protocol 9.1). */
export function createEventStreams({ feed, sessions, onError }: EventStreamsOptions): EventStreams {
  const all = new Set<Open>();
  let timer: Timer | undefined;
  let beatAt = 0;

  function end(open: Open): void {
    open.stream.end();
    open.cut();
  }

  function tick(): void {
    void look().catch(onError);
    const now = performance.now();
    for (const open of all) if (now - open.beganAt > LONGEST_MS) end(open);
    if (now < beatAt) return;
    beatAt = now + BEAT_MS;
    for (const { stream } of all) stream.beat();
  }

  async function look(): Promise<void> {
    for (const secret of new Set([...all].map((open) => open.secret))) {
      if (await sessions.find(secret, false)) continue;
      for (const open of all) if (open.secret === secret) end(open);
    }
  }

  function endOldest(most: number, isOwn: (open: Open) => boolean): void {
    const own = [...all].filter(isOwn);
    const [oldest] = own;
    if (oldest !== undefined && own.length >= most) end(oldest);
  }

  function makeRoom(secret: string, keyId: number | null): void {
    endOldest(MOST_OF_SESSION, (open) => open.secret === secret);
    if (keyId !== null) endOldest(MOST_OF_KEY, (open) => open.keyId === keyId);
    if (all.size < MOST) return;
    throw new Problem("temporarily_unavailable", "Too many pages listen; try again in a moment.");
  }

  return {
    look,
    open: (request, server, secret, { level, userId, session: { keyId } }) => {
      makeRoom(secret, keyId);
      const isReturning = request.headers.has("last-event-id");
      const stream = createEventStream(isReturning, () => {
        leave();
        all.delete(open);
        if (all.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      });
      const cut = () => server?.timeout(request, 1);
      const open: Open = { secret, keyId, stream, beganAt: performance.now(), cut };
      const viewer = { level, userId };
      const leave = feed.subscribe({ viewer, take: stream.send, end: () => end(open) });
      all.add(open);
      // Bun may not have begun to read the body by then, and does not cancel it.
      request.signal.addEventListener("abort", stream.end, { once: true });
      if (timer === undefined) {
        beatAt = performance.now() + BEAT_MS;
        timer = setInterval(tick, LOOK_MS);
        timer.unref();
      }
      return new Response(stream.body, {
        headers: {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
          "cross-origin-resource-policy": "same-origin",
          // nginx passes on what comes at once.
          "x-accel-buffering": "no",
        },
      });
    },
  };
}

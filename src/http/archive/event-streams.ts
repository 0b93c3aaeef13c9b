import type { Feed } from "../../feed/feed.ts";
import { Problem } from "../../problem.ts";
import type { Sessions, SignedIn } from "../../session/sessions.ts";
import { createEventStream, type EventStream } from "./event-stream.ts";

/** The part of Bun's server by which a handler sets the timeout of its connection; null if there is no server (in tests). */
export type Timing = { timeout(request: Request, seconds: number): void } | null;

/** All open answers of Server-Sent Events (protocol 9.1). */
export type EventStreams = {
  /** Answers with the events from now on. @throws Problem temporarily_unavailable if too many streams are open */
  open(request: Request, server: Timing, secret: string, signedIn: SignedIn): Response;
  /** Ends streams whose session has ended now, without waiting for the next regular look. */
  look(): Promise<void>;
};

export type EventStreamsOptions = {
  feed: Feed;
  sessions: Pick<Sessions, "find">;
  onError: (error: unknown) => void;
  /** Seconds after which the server ends a connection that is silent. A stream gets a line when two thirds of them have passed. */
  idleSeconds: number;
};

/** How often it is looked for sessions that were ended elsewhere, such as by a command; in milliseconds. */
const LOOK_MS = 1000;

/** A stream is ended after this time, in milliseconds, and its page connects again: a reader that is gone without a word must not be kept for ever. */
const LONGEST_MS = 60 * 60_000;

/** Streams of one session. For one more the oldest is ended, since its browser may be gone. */
const MOST_OF_SESSION = 8;

/** Streams of one API key, all its sessions together: its holder may sign in any number of times, but not take all the room. */
const MOST_OF_KEY = 32;

/** Streams of everybody together. */
const MOST = 256;

type Open = {
  secret: string;
  /** Null for the operator, for whom there is no limit by key: several people may share REDEEM_API_KEY. */
  keyId: number | null;
  stream: EventStream;
  beganAt: number;
  /** Has Bun end the connection, in case its reader does not read up to the end of the answer. */
  cut: () => void;
};

/** The answers of Server-Sent Events that are under way (protocol 9.1). */
export function createEventStreams({
  feed,
  sessions,
  onError,
  idleSeconds,
}: EventStreamsOptions): EventStreams {
  const beatMs = (idleSeconds * 1000 * 2) / 3;
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
    beatAt = now + beatMs;
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
      // Bun does not cancel a body that it has not begun to read when the connection ends.
      request.signal.addEventListener("abort", stream.end, { once: true });
      if (timer === undefined) {
        beatAt = performance.now() + beatMs;
        timer = setInterval(tick, LOOK_MS);
        timer.unref();
      }
      return new Response(stream.body, {
        headers: {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
          "cross-origin-resource-policy": "same-origin",
          // Tells nginx to pass each event on at once, without buffering.
          "x-accel-buffering": "no",
        },
      });
    },
  };
}

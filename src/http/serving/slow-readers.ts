import { connectionKey, readSendQueues } from "./send-queues.ts";

/** What is asked of the server: Bun's, or one that a test has started. */
export type ReadersServer = {
  readonly port?: number | undefined;
  /** Null when the answer to the request has been sent. */
  requestIP(request: Request): { address: string; port: number } | null;
  /** The request's connection is ended after so many seconds from now. */
  timeout(request: Request, seconds: number): void;
};

export type SlowReaders = {
  /** A file is about to be sent in answer to the request. */
  watch(request: Request): void;
};

type Reading = { key: string; begunAt: number; queue: number | undefined; movedAt: number };

export type SlowReaderOptions = {
  /** Undefined while it does not listen. */
  server: () => ReadersServer | undefined;
  /** Seconds after which the server ends a connection of which it hears nothing. */
  idleSeconds: number;
  /** Milliseconds in which a reader has to take something, if only a few bytes. */
  stallMs?: number;
  /** Milliseconds that a reader has in all where the system does not say what it takes. */
  blindMs?: number;
  /** Milliseconds between two looks at readers: a good deal less than the idle time. */
  lookMs?: number;
};

const MINUTE_MS = 60_000;

/**
 * Keeps the connections of slow readers. Bun ends one whose socket took nothing for the idle time, which happens to
 * a reader of 30 KiB a second: the system takes megabytes at once, and then nothing until a good part of them has arrived. So the idle
 * time of each file that is being sent begins anew every few seconds, as long as its reader takes anything.
 */
export function createSlowReaders({
  server,
  idleSeconds,
  stallMs = 5 * MINUTE_MS,
  blindMs = 360 * MINUTE_MS,
  lookMs = 5000,
}: SlowReaderOptions): SlowReaders {
  const readings = new Map<Request, Reading>();
  let begun: Request[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;
  let looking = false;

  /** Most files are small, or their readers fast: they are sent by the end of the turn in which they were answered. */
  function takeUnsent(): void {
    const requests = begun;
    begun = [];
    for (const request of requests) {
      const peer = server()?.requestIP(request);
      if (!peer) continue;
      const now = performance.now();
      readings.set(request, {
        key: connectionKey(peer),
        begunAt: now,
        queue: undefined,
        movedAt: now,
      });
    }
    if (readings.size > 0 && timer === undefined) {
      timer = setInterval(() => void look(), lookMs);
      timer.unref();
    }
  }

  async function look(): Promise<void> {
    const by = server();
    if (looking || !by?.port) return;
    looking = true;
    try {
      for (const request of readings.keys()) {
        if (!by.requestIP(request)) readings.delete(request);
      }
      if (readings.size === 0) {
        clearInterval(timer);
        timer = undefined;
        return;
      }
      const queues = await readSendQueues(by.port);
      for (const [request, reading] of readings) {
        if (isReading(reading, queues?.get(reading.key))) by.timeout(request, idleSeconds);
        // The server ends it when its idle time is over.
        else readings.delete(request);
      }
    } finally {
      looking = false;
    }
  }

  function isReading(reading: Reading, queue: number | undefined): boolean {
    const now = performance.now();
    if (queue === undefined) return now - reading.begunAt < blindMs;
    // An empty queue is not the reader's fault.
    if (queue !== reading.queue || queue === 0) reading.movedAt = now;
    reading.queue = queue;
    return now - reading.movedAt < stallMs;
  }

  return {
    watch: (request) => {
      begun.push(request);
      if (begun.length === 1) setImmediate(takeUnsent);
    },
  };
}

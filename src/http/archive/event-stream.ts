import type { PageEvent } from "../../feed/page-event.ts";

/** The body of one answer of Server-Sent Events, which goes on until it is ended. */
export type EventStream = {
  body: ReadableStream<Uint8Array>;
  send(events: readonly PageEvent[]): void;
  /** Sends an empty comment if nothing else is waiting, to keep the connection alive. */
  beat(): void;
  /** Ends the answer. */
  end(): void;
};

/**
 * How many characters may wait for a slow reader. The system's own buffers hold some megabytes before, so that only a reader that
 * has taken nothing for a long time comes to this limit.
 */
const MOST_WAITING = 64 * 1024;

/**
 * Begins each stream. `retry`: the browser waits 3 seconds before it connects again. `id`: it then sends `Last-Event-ID`, by which
 * the server knows that it may have missed events.
 */
const BEGINNING = "retry: 3000\nid: 1\n\n";

/**
 * Text is handed over only when the reader asks for it, so that a reader who does not read lets nothing grow. If more than
 * `MOST_WAITING` waits, it is dropped, and the event "changed" stands for it.
 * @param isReturning whether the reader was connected before, and may have missed events
 * @param onOver called once, when the stream has ended for whatever reason
 */
export function createEventStream(isReturning: boolean, onOver: () => void): EventStream {
  const encoder = new TextEncoder();
  let waiting = BEGINNING + (isReturning ? DROPPED : "");
  let isOver = false;
  let wake: (() => void) | undefined;

  function add(text: string): void {
    if (isOver) return;
    waiting = waiting.length + text.length > MOST_WAITING ? DROPPED : waiting + text;
    wake?.();
  }

  function over(): void {
    if (isOver) return;
    isOver = true;
    wake?.();
    onOver();
  }

  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (waiting === "" && !isOver) {
          const { promise, resolve } = Promise.withResolvers<void>();
          wake = resolve;
          await promise;
        }
        if (isOver) return controller.close();
        const piece = encoder.encode(waiting);
        waiting = "";
        controller.enqueue(piece);
      },
      cancel: over,
    },
    { highWaterMark: 0 },
  );
  return {
    body,
    send: (events) => add(events.map(written).join("")),
    beat: () => {
      if (waiting === "") add(":\n\n");
    },
    end: over,
  };
}

const DROPPED = written({ event: "changed", data: {} });

/** An event in the format of the HTML standard, section 9.2. JSON has no line breaks, so that one `data` line holds it. */
function written({ event, data }: PageEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

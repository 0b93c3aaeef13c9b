import type { PageEvent } from "../../feed/page-event.ts";

/** One answer of Server-Sent Events, that goes on until it is ended. */
export type EventStream = {
  body: ReadableStream<Uint8Array>;
  send(events: readonly PageEvent[]): void;
  /** A line that says nothing, where there is nothing else to send: the connection is alive. */
  beat(): void;
  /** Its reader is told by the end of the answer. */
  end(): void;
};

/**
 * Characters that wait for a reader. What the system takes for it is not among them: some megabytes, so that only a reader that has
 * taken nothing for long gets here.
 */
const MOST_WAITING = 64 * 1024;

/** How long a reader waits before it asks again after an end, in milliseconds; and that it may have missed something then. */
const BEGINNING = "retry: 3000\nid: 1\n\n";

/**
 * Nothing is written that is not asked for: who does not read makes nothing grow. What does not fit is dropped, and the
 * reader told that there was more.
 * @param isReturning the reader has been here before, and may have missed something
 * @param onOver told once, when the stream is over for whatever reason
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

/** As the HTML standard has it, 9.2. JSON has no line breaks. */
function written({ event, data }: PageEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

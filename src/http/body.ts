import { Problem } from "../problem.ts";

/** The body of a request, which is read once. */
export type RequestBody = {
  /**
   * As the network brings them, in order. A piece is valid until the next one is asked for, or the reading is ended: its
   * memory is freed then, so copy what is to be kept. The reading ends
   * - behind the last piece, where the body is whole;
   * - with Problem request_timeout, where nothing came for as long as is allowed;
   * - with the problem given to `endBy`, where the body takes too long;
   * - with Bun's AbortError, where the client has cut its connection, which nobody can answer any more.
   *
   * Who stops reading ends it, too: the rest of the body is then Bun's to discard.
   */
  pieces: AsyncIterable<Uint8Array>;
  /**
   * Lets the body take no longer than to a moment: the first piece that comes after it is not handed on.
   * Counts for all pieces, whatever they are of. The last word counts.
   * @param atMs by the monotonic clock (performance.now()); undefined lifts the limit
   * @param why made and thrown to the reader
   */
  endBy(atMs: number | undefined, why: () => Problem): void;
};

/**
 * Reads the body of a request, which is empty where it has none. Bun's own idle limit (`idleTimeout`) ends
 * a live upload that is slower than about 16 KiB/s, whatever it is set to; the methods that receive files
 * switch it off, and the limit here is on silence alone.
 * @param stallMs how long the client may send nothing
 */
export function readBody(request: Request, { stallMs }: { stallMs: number }): RequestBody {
  let limit: Limit | undefined;
  return {
    pieces: readPieces(request.body, stallMs, () => limit),
    endBy: (atMs, why) => {
      limit = atMs === undefined ? undefined : { atMs, why };
    },
  };
}

type Limit = { atMs: number; why: () => Problem };

async function* readPieces(
  body: ReadableStream<Uint8Array> | null,
  stallMs: number,
  limitNow: () => Limit | undefined,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  let waitingSince = 0;
  let stalled = false;
  // One clock for the whole body: a timer for every piece would cost more than the piece.
  const clock = setInterval(() => {
    if (waitingSince === 0 || performance.now() - waitingSince < stallMs) return;
    stalled = true;
    void reader.cancel().catch(() => undefined);
  }, stallMs / 4);
  try {
    for (;;) {
      waitingSince = performance.now();
      const { done, value } = await reader.read();
      waitingSince = 0;
      if (stalled) throw stall(stallMs);
      if (done) return;
      const limit = limitNow();
      if (limit && performance.now() > limit.atMs) throw limit.why();
      try {
        yield value;
      } finally {
        // Also of the last one: who has read a form to its closing boundary asks for no more.
        freeMemory(value);
      }
    }
  } finally {
    clearInterval(clock);
    await reader.cancel().catch(() => undefined);
  }
}

function stall(stallMs: number): Problem {
  return new Problem("request_timeout", `Nothing was received for ${stallMs / 1000} seconds.`);
}

/**
 * Frees a piece's memory at once. Left to the garbage collector, pieces pile up to 100 MB, and
 * each new one is memory that the system must find and the processor's cache does not know
 * (tests/bench/README.md).
 */
function freeMemory({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

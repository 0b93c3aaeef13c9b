import { Problem } from "../problem.ts";

/**
 * The body of a request, piece by piece. A piece is there until the next one is asked for: its memory
 * is given back then, so copy what is to be kept. Bun's own idle limit (`idleTimeout`) ends a live upload
 * that is slower than about 16 KiB/s, whatever it is set to; the methods that receive files switch it off, and
 * the limit here is on silence alone.
 *
 * Whoever stops reading, stops at once, also while the client is silent: the rest is left to Bun.
 * @param stallMs how long the client may send nothing
 * @param onPiece told of each piece before it is read; what it throws ends the reading
 * @throws Problem request_timeout
 */
export async function* readBody(
  request: Request,
  stallMs: number,
  onPiece?: () => void,
): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  const reader = request.body.getReader();
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
      if (stalled) {
        const seconds = stallMs / 1000;
        throw new Problem("request_timeout", `Nothing was received for ${seconds} seconds.`);
      }
      if (done) return;
      onPiece?.();
      yield value;
      release(value);
    }
  } finally {
    clearInterval(clock);
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * Gives a piece's memory back at once. Left to the garbage collector, pieces pile up to 100 MB, and
 * each new one is memory that the system must find and the processor's cache does not know
 * (tests/bench/README.md).
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

import { Problem } from "../problem.ts";

/**
 * The body of a request, piece by piece. Bun's own idle limit cuts live uploads below 16 KiB/s
 * (platform notes, 1.2), so the limit here is on silence alone.
 *
 * @param stallMs how long the client may send nothing
 * @param boundary a multipart body's: the body ends with its closing boundary, also where
 * Content-Length promises more (a broken client would otherwise wait for its answer for ever)
 * @param enough aborted when nothing more is wanted, also while the client is silent
 * @throws Problem request_timeout
 */
export async function* readBody(
  request: Request,
  stallMs: number,
  boundary?: string,
  enough?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  const reader = request.body.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  enough?.addEventListener("abort", cancel, { once: true });
  const ending = boundary === undefined ? undefined : endsWith(`--${boundary}--`);
  try {
    for (;;) {
      const next = await withinStall(reader, stallMs);
      if (next.done) return;
      yield next.value;
      if (ending?.(next.value)) return;
    }
  } finally {
    enough?.removeEventListener("abort", cancel);
    await reader.cancel().catch(() => undefined);
  }
}

type Next = { done: true } | { done: false; value: Uint8Array };

async function withinStall(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  stallMs: number,
): Promise<Next> {
  let timer: Timer | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = stallMs / 1000;
      reject(new Problem("request_timeout", `Nothing was received for ${seconds} seconds.`));
    }, stallMs);
  });
  try {
    return (await Promise.race([reader.read(), stalled])) as Next;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether what has passed ends with a text, and perhaps a line end; seen across pieces. */
function endsWith(text: string): (piece: Uint8Array) => boolean {
  const wanted = Buffer.from(text, "latin1");
  let tail: Buffer = Buffer.alloc(0);
  return (piece) => {
    const last = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const length = wanted.length + 2;
    tail =
      last.length >= length
        ? last.subarray(last.length - length)
        : Buffer.concat([tail, last]).subarray(-length);
    const end =
      tail.length >= 2 && tail.at(-2) === 13 && tail.at(-1) === 10 ? tail.length - 2 : tail.length;
    return end >= wanted.length && tail.subarray(end - wanted.length, end).equals(wanted);
  };
}

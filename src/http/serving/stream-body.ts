/**
 * A body that is made while it is sent, as fast as it is taken. Where making it fails, the connection is ended in the middle, so
 * that its reader knows: there is no other way once an answer has begun.
 * @param pieces of the body, each for its taker to keep
 * @param signal of the request: its reader has gone
 * @param over called once, when the body has ended, failed, or its reader has gone; with what it failed by
 */
export function streamBody(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  over: (error?: unknown) => void,
): ReadableStream<Uint8Array> {
  let isOver = false;
  const finish = (error?: unknown) => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", leave);
    over(error);
  };
  /** Waits for a piece that is being made; what the maker has open is closed then. */
  function leave(): void {
    finish();
    void pieces.return(undefined).catch(() => undefined);
  }
  // Bun may not have begun to read the body by then, and does not cancel it; nor is anybody told of what was before.
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await pieces.next();
          if (!done) return controller.enqueue(value);
          finish();
          controller.close();
        } catch (error) {
          finish(error);
          // Without the error, which Bun would print: who is to be told of it was told.
          controller.error(undefined);
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

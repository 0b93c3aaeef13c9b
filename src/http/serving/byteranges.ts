import type { OpenFile } from "../../files/files.ts";
import { randomName } from "../../random.ts";
import type { FilePart } from "./ranges.ts";

/**
 * Several parts of a file as one body, `multipart/byteranges` (RFC 9110, 14.6). It is read as fast as it is taken.
 * @param file is closed at the end, also where the reader goes away
 * @param type media type of the file
 * @param signal of the request: its reader has gone
 * @returns the answer's Content-Type, and its body
 */
export function byteRanges(
  file: OpenFile,
  parts: readonly FilePart[],
  type: string,
  signal: AbortSignal,
): { type: string; body: ReadableStream<Uint8Array> } {
  // Bytes of the file cannot have it in them: nobody knew it when they were written.
  const boundary = randomName(32);
  async function* pieces() {
    let before = "";
    for (const { start, end } of parts) {
      const range = `${start}-${end - 1}/${file.size}`;
      yield Buffer.from(
        `${before}--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: bytes ${range}\r\n\r\n`,
      );
      yield* file.read(start, end);
      before = "\r\n";
    }
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  const iterator = pieces();
  // Bun may not have begun to read the body by then, and does not cancel it; nor is anybody told of what was before.
  if (signal.aborted) file[Symbol.dispose]();
  signal.addEventListener("abort", () => file[Symbol.dispose](), { once: true });
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await iterator.next();
          // The piece's memory is used again for the next one, and this one may not have been sent by then.
          if (!done) return controller.enqueue(value.slice());
          file[Symbol.dispose]();
          controller.close();
        } catch (error) {
          file[Symbol.dispose]();
          controller.error(error);
        }
      },
      cancel: () => file[Symbol.dispose](),
    },
    { highWaterMark: 0 },
  );
  return { type: `multipart/byteranges; boundary=${boundary}`, body };
}

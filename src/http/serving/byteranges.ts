import type { OpenFile } from "../../files/files.ts";
import { randomName } from "../../random.ts";
import type { FilePart } from "./ranges.ts";
import { streamBody } from "./stream-body.ts";

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
      // Its memory is used again for the next piece, and this one may not have been sent by then.
      for await (const piece of file.read(start, end)) yield piece.slice();
      before = "\r\n";
    }
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  const body = streamBody(pieces(), signal, () => file[Symbol.dispose]());
  return { type: `multipart/byteranges; boundary=${boundary}`, body };
}

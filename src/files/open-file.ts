import { closeSync, constants, fstatSync, openSync, read } from "node:fs";
import { promisify } from "node:util";
import type { OpenFile } from "./files.ts";

const readLater = promisify(read);

/** Bytes that are read at once. */
const PIECE = 256 * 1024;

/** Opens a file; no link is followed. @throws the system's error, also where there is none */
export function openForReading(path: string): OpenFile {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  let reading = 0;
  let disposed = false;
  let closed = false;

  /** A read that is under way would be one of another file's, once its descriptor is given to that. */
  function closeIfUnused(): void {
    if (!disposed || closed || reading > 0) return;
    closed = true;
    closeSync(fd);
  }

  async function readAt(buffer: Uint8Array, length: number, at: number): Promise<number> {
    if (disposed) throw new Error(`${path} is closed`);
    reading += 1;
    try {
      return (await readLater(fd, buffer, 0, length, at)).bytesRead;
    } finally {
      reading -= 1;
      closeIfUnused();
    }
  }

  return {
    size: fstatSync(fd).size,
    read: async function* (start, end) {
      const buffer = new Uint8Array(Math.min(PIECE, end - start));
      let at = start;
      while (at < end) {
        const got = await readAt(buffer, Math.min(buffer.length, end - at), at);
        if (got === 0) throw new Error(`${path} ends at ${at}, before ${end}`);
        yield buffer.subarray(0, got);
        at += got;
      }
    },
    [Symbol.dispose]: () => {
      disposed = true;
      closeIfUnused();
    },
  };
}

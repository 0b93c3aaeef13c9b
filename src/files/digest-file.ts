import { closeSync, constants, fstatSync, openSync, read } from "node:fs";
import { promisify } from "node:util";
import { createDigester, type Algorithm, type Digests } from "../digest.ts";
import { nextTurn } from "../slices.ts";
import { giveBack, takeBuffer } from "./buffers.ts";

const readLater = promisify(read);

/**
 * Waits between two slices.
 * @param tookMs how long the one before took, in milliseconds
 * @param bytes that it had
 * @throws to end the hashing
 */
export type Pace = (tookMs: number, bytes: number) => Promise<void>;

/**
 * Hashes the bytes of a file as they lie there, a slice at a time: others have their turn in between, and memory holds
 * one slice.
 * @param range a part of it; all of it where none is given
 * @param pace how fast; without it as fast as others let it
 * @returns also how many bytes there were, which are fewer than the range where the file is shorter
 */
export async function digestFile(
  path: string,
  algorithms: readonly Algorithm[],
  { range, pace = nextTurn }: { range?: { start: number; length: number }; pace?: Pace } = {},
): Promise<{ digests: Digests; size: number }> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const buffer = takeBuffer();
  try {
    if (!fstatSync(fd).isFile()) throw new Error(`${path} is no file`);
    const digester = createDigester(algorithms);
    const start = range?.start ?? 0;
    const wanted = range?.length ?? Infinity;
    let size = 0;
    while (size < wanted) {
      const began = performance.now();
      const length = Math.min(buffer.length, wanted - size);
      const { bytesRead } = await readLater(fd, buffer, 0, length, start + size);
      if (bytesRead === 0) break;
      digester.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
      await pace(performance.now() - began, bytesRead);
    }
    return { digests: digester.digests(), size };
  } finally {
    closeSync(fd);
    giveBack(buffer);
  }
}

import type { FileHandle } from "node:fs/promises";
import type { MediaFacts } from "../facts.ts";

/** A file, or a part of one, of which little is read at a time. */
export type Bytes = {
  /** How many bytes there are. */
  size: number;
  /**
   * Answers fewer bytes than asked for where the file ends before.
   * @throws OutOfBudget where it would be more than may be read of one file
   */
  read(at: number, length: number): Promise<Buffer>;
};

/**
 * What a reader has found out. Readers write into it as they go on, so that what they found stays where they throw over
 * what comes behind it. Width and height are as stored; `describe.ts` turns them.
 */
export type FoundFacts = Partial<MediaFacts>;

/** A file asked for more reading than an honest one needs. */
export class OutOfBudget extends Error {}

/**
 * How much may be read of one file: bytes, and how often from the disk. Calls are counted as well, whether or not they lead to the disk: a loop
 * that a file leads in a circle reads the same bytes again and again.
 */
export type Budget = { bytes: number; reads: number; calls: number };

/** Headers are small and lie together: what is read beside the few bytes asked for is often asked for next. */
const WINDOW = 1024;

/** The bytes of an open file, within a budget that is used up by reading. */
export function bytesOf(file: FileHandle, size: number, budget: Budget): Bytes {
  let window: { at: number; data: Buffer } = { at: 0, data: Buffer.alloc(0) };
  return {
    size,
    read: async (at, length) => {
      if (at < 0 || at >= size || length <= 0) return Buffer.alloc(0);
      budget.calls -= 1;
      if (budget.calls < 0) throw new OutOfBudget();
      const wanted = Math.min(length, size - at);
      if (at < window.at || at + wanted > window.at + window.data.length) {
        const take = Math.min(Math.max(wanted, WINDOW), size - at);
        budget.bytes -= take;
        budget.reads -= 1;
        if (budget.bytes < 0 || budget.reads < 0) throw new OutOfBudget();
        const { buffer, bytesRead } = await file.read(Buffer.alloc(take), 0, take, at);
        window = { at, data: buffer.subarray(0, bytesRead) };
      }
      const from = at - window.at;
      return window.data.subarray(from, from + wanted);
    },
  };
}

/** A part of a file as if it were one. It ends where the file ends, if not before. */
export function partOf(bytes: Bytes, start: number, size = Infinity): Bytes {
  const own = Math.max(0, Math.min(size, bytes.size - start));
  return {
    size: own,
    read: (at, length) =>
      at < 0 || at >= own
        ? Promise.resolve(Buffer.alloc(0))
        : bytes.read(start + at, Math.min(length, own - at)),
  };
}

import type { Files } from "../files/files.ts";
import { Problem } from "../problem.ts";
import type { Records } from "../records/records.ts";

/**
 * Room on the disk. A file in place is as large as its bytes, not as its promise: what was promised to
 * uploads under way has to be kept back, or two large ones would begin where one fits.
 */
export interface Room {
  /** @throws Problem insufficient_storage where so many more bytes would take what others need */
  require(bytes: number): Promise<void>;
  /** Keeps room for a file that comes in as a whole, until all of it is there or given up. */
  hold(bytes: number): Hold;
}

export type Hold = {
  /** So many of them have been written. */
  written(bytes: number): void;
  release(): void;
};

export type RoomOptions = {
  records: Records;
  files: Files;
  /** Bytes that stay free. */
  reserve: number;
  now: () => number;
};

export function createRoom({ records, files, reserve, now }: RoomOptions): Room {
  let held = 0;
  return {
    require: async (bytes) => {
      const promised = held + (await records.uploads.promised(now()));
      if (bytes + promised + reserve <= (await files.space())) return;
      throw new Problem(
        "insufficient_storage",
        "The server has no room for this file at the moment; try again later.",
      );
    },
    hold: (bytes) => {
      let left = bytes;
      held += left;
      const less = (by: number) => {
        const part = Math.min(by, left);
        left -= part;
        held -= part;
      };
      return { written: less, release: () => less(left) };
    },
  };
}

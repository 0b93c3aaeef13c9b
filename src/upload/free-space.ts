/** What of the disk's space nobody has taken. All numbers are bytes. */
export type FreeSpace = {
  /** Beyond the reserve, and less what was taken; below 0 where there is less than that. */
  free(): number;
  /** Asks the system now, and not only when its last answer is old. */
  measure(): void;
  /** Takes space for bytes that are written next. */
  take(bytes: number): void;
  /** They are written, or writing them has failed. */
  written(bytes: number): void;
};

/** The disk is asked again after this many bytes or milliseconds: others write to it, too. */
const ASK_BYTES = 4 * 1024 ** 2;
const ASK_MS = 50;

/**
 * @param space bytes that can still be written to the disk (statfs)
 * @param reserve bytes that stay free (REDEEM_RESERVE)
 * @param elapsed monotonic milliseconds
 */
export function createFreeSpace(
  space: () => number,
  reserve: number,
  elapsed: () => number,
): FreeSpace {
  /** Taken and not yet written. */
  let pending = 0;
  let measured = 0;
  let measuredAt = Number.NEGATIVE_INFINITY;
  let writtenSince = 0;

  function measure(): void {
    measured = space();
    measuredAt = elapsed();
    writtenSince = 0;
  }

  return {
    measure,
    free: () => {
      if (writtenSince >= ASK_BYTES || elapsed() - measuredAt > ASK_MS) measure();
      return measured - writtenSince - pending - reserve;
    },
    take: (bytes) => {
      pending += bytes;
    },
    written: (bytes) => {
      pending -= bytes;
      writtenSince += bytes;
    },
  };
}

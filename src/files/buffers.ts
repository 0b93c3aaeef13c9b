/** Bytes that are read from a file at once: of hashing, a tenth to one millisecond of work, depending on the processor. */
export const BUFFER_BYTES = 256 * 1024;

/** So many are kept: files are read one or two at a time. */
const MOST_KEPT = 2;

/** Buffers that nobody reads into at this moment. */
const kept: Uint8Array<ArrayBuffer>[] = [];

/**
 * A buffer to read a file through, to be given back behind it. One of its own for each file would be left to the
 * garbage collector, a quarter of a megabyte: of thirty small photos a second they piled up to 60 MB between two collections.
 */
export function takeBuffer(): Uint8Array<ArrayBuffer> {
  return kept.pop() ?? new Uint8Array(BUFFER_BYTES);
}

/** No read into the buffer may be under way, and nobody may look at it any more. */
export function giveBack(buffer: Uint8Array<ArrayBuffer>): void {
  if (kept.length < MOST_KEPT) kept.push(buffer);
}

const mebibyte = 1024 * 1024;

/** nginx lets through a body of this size unless it is told otherwise. */
export const SMALLEST_CHUNK = mebibyte;
const LARGEST_CHUNK = 16 * mebibyte;
/** While nothing is known of the line. */
const FIRST_CHUNK = 2 * mebibyte;
/** What may be on its way at once: what a line takes in so many seconds. It is what a lost connection costs. */
const FLIGHT_SECONDS = 4;
const FIRST_FLIGHT = 8 * mebibyte;

/**
 * Bytes per chunk for a file that begins now: what goes out in about a second, a power of two from 1 to 16 MiB. With
 * four chunks on their way a line is never idle while an answer comes back, and a lost connection costs some seconds.
 *
 * A file keeps its size, whatever becomes of the line: Resumable.js's chunk size is a part of the upload's identity (protocol 4.2). Chunks by
 * `Content-Range` have no fixed size, but their identity is a name and a length alone, so two photos called IMG_0001.jpg of one length
 * would be one upload; and a page that has forgotten its plan could never send what fits between the chunks that
 * are there. So it is the number of chunks on their way that follows the line (`flightFor`): on one that
 * has become slow it is a single one.
 * @param speed bytes per second; undefined if nothing is known
 * @param most what is known to pass whatever stands before the server
 */
export function chunkSizeFor(size: number, speed: number | undefined, most: number): number {
  // The same at every visit, so that a file of one small chunk needs no memory to be found again.
  if (size <= SMALLEST_CHUNK) return SMALLEST_CHUNK;
  const wanted = speed === undefined ? FIRST_CHUNK : 2 ** Math.floor(Math.log2(Math.max(speed, 1)));
  return Math.min(Math.max(wanted, SMALLEST_CHUNK), LARGEST_CHUNK, most);
}

/** Bytes that may be on their way at once. */
export function flightFor(speed: number | undefined): number {
  return speed === undefined ? FIRST_FLIGHT : speed * FLIGHT_SECONDS;
}

const mebibyte = 1024 * 1024;

/** In bytes: the largest body that nginx lets through by default. */
export const SMALLEST_CHUNK = mebibyte;
const LARGEST_CHUNK = 16 * mebibyte;
/** Used until a speed has been measured. */
const FIRST_CHUNK = 2 * mebibyte;
/** Chunks on their way at once hold what the connection carries in this many seconds. All of it is lost when the connection breaks. */
const FLIGHT_SECONDS = 4;
const FIRST_FLIGHT = 8 * mebibyte;

/**
 * Bytes per chunk for a file that begins now: what goes out in about a second, as a power of two from 1 to 16 MiB. With
 * four chunks on their way the connection is never idle while an answer comes back, and when it breaks some seconds are lost.
 *
 * A file keeps its chunk size when the speed changes, since Resumable.js's chunk size is part of the upload's identity
 * (protocol 4.2). Only the number of chunks on their way follows the speed (`flightFor`): a single one where it has become
 * slow. Chunks by `Content-Range` could change their size, but identify an upload by name and length alone, so that two
 * photos called IMG_0001.jpg of the same length would be one upload; and a page that has forgotten which chunks it sent
 * could not fill the gaps between them.
 * @param size of the file, in bytes
 * @param speed bytes per second; undefined if none was measured
 * @param most the largest chunk, in bytes, that proxies before the server are known to let through
 */
export function chunkSizeFor(size: number, speed: number | undefined, most: number): number {
  // A small file has the same chunk size at every visit, so that it continues even if this browser has forgotten it.
  if (size <= SMALLEST_CHUNK) return SMALLEST_CHUNK;
  const wanted = speed === undefined ? FIRST_CHUNK : 2 ** Math.floor(Math.log2(Math.max(speed, 1)));
  return Math.min(Math.max(wanted, SMALLEST_CHUNK), LARGEST_CHUNK, most);
}

/** Bytes of all files together that may be on their way at once. @param speed bytes per second; undefined if none was measured */
export function flightFor(speed: number | undefined): number {
  return speed === undefined ? FIRST_FLIGHT : speed * FLIGHT_SECONDS;
}

import { flightFor } from "./chunk-size.ts";

/** Chunks that are sent at the same time. Browsers open six connections to a server over HTTP/1.1: one is left for questions. */
export const LANES = 5;
/** How many of them may belong to files of several chunks; fewer while files of one chunk wait, which take little time. */
const LANES_OF_LARGE = 4;
const LANES_OF_LARGE_BESIDE_SMALL = 2;

/** What is on its way now: chunks of large files (those of several chunks) and of small ones, and the bytes of both. */
export type Flight = { large: number; small: number; bytes: number };

/** A chunk that might be sent next; `large` if its file has several. */
export type Departure = { large: boolean; bytes: number };

/**
 * Whether a chunk may be sent now. A large file never has all lanes, so that others need not wait behind it; and on a slow
 * connection few chunks are on their way at once, since each of them would have to be sent again if it broke.
 * @param speed bytes per second; undefined if none was measured
 * @param smallWaits whether a file of one chunk is waiting for its turn
 */
export function mayStart(
  next: Departure,
  flight: Flight,
  speed: number | undefined,
  smallWaits: boolean,
): boolean {
  if (flight.large + flight.small >= LANES) return false;
  const most = smallWaits ? LANES_OF_LARGE_BESIDE_SMALL : LANES_OF_LARGE;
  if (next.large && flight.large >= most) return false;
  const alike = next.large ? flight.large : flight.small;
  return alike === 0 || flight.bytes + next.bytes <= flightFor(speed);
}

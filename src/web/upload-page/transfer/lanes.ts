import { flightFor } from "./chunk-size.ts";

/** Requests that send at the same time. Browsers open six connections to a server: one is left for questions. */
export const LANES = 5;
/** Of these, for chunks of files that have several; fewer while files of one chunk wait, which are soon through. */
const LANES_OF_LARGE = 4;
const LANES_OF_LARGE_BESIDE_SMALL = 2;

/** What is on its way now. */
export type Flight = { large: number; small: number; bytes: number };

/** What may be sent next: `large` is a chunk of a file that has several. */
export type Departure = { large: boolean; bytes: number };

/**
 * Whether a chunk may start. A large file never has all lanes, so that others need not wait behind it; and on a slow line
 * few chunks are on their way at once, since each of them would have to be sent again if the line broke.
 * @param speed bytes per second; undefined if nothing is known
 * @param smallWaits a file of one chunk is waiting for its turn
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

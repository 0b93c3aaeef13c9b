import { flightFor } from "./chunk-size.ts";

/** Chunks that are sent at the same time. Browsers open six connections to a server over HTTP/1.1: one is left for questions. */
export const LANES = 5;
/** How many of them may belong to files of several chunks; fewer while files of one chunk wait, which take little time. */
const LANES_OF_LARGE = 4;
const LANES_OF_LARGE_BESIDE_SMALL = 2;

/** The requests that are on their way now: chunks of large files (those of several chunks), and small files; `batches` of these have several files. */
export type Flight = { large: number; small: number; batches: number; bytes: number };

/** A request that might be sent next: `large` if it is a chunk of a file that has several, `batch` if it has several small files. */
export type Departure = { large: boolean; batch?: boolean; bytes: number };

/** How many requests with several files are sent at the same time: while one waits for its answer, another one sends. */
export const BATCHES = 3;

/** Counts a request that is sent now. */
export function depart(flight: Flight, { large, batch = false, bytes }: Departure): void {
  if (large) flight.large += 1;
  else flight.small += 1;
  if (batch) flight.batches += 1;
  flight.bytes += bytes;
}

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
  if (next.batch && flight.batches >= BATCHES) return false;
  const alike = next.large ? flight.large : flight.small;
  return alike === 0 || flight.bytes + next.bytes <= flightFor(speed);
}

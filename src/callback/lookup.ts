import { describeFailure } from "../callback-failures.ts";

/**
 * The addresses of a name.
 * @throws where it has none, or they could not be found in time
 */
export type Lookup = (hostname: string) => Promise<string[]>;

/** Look-ups at the same time: as many as there are attempts. */
const PARALLEL = 64;

/** A name whose servers do not answer for this long has failed; the attempt is made again later. */
const TIMEOUT_MS = 10_000;

/**
 * Look-ups that hold up nobody: by c-ares, which waits for answers on the event loop. `getaddrinfo`, that
 * node:dns uses, waits on the threads that read and write files, and a few names whose servers are silent stop
 * every upload. c-ares reads the hosts file and resolv.conf, search domains too; of other sources of names
 * (mDNS, LDAP) it knows nothing.
 */
export function createLookup({ parallel = PARALLEL, timeoutMs = TIMEOUT_MS } = {}): Lookup {
  let underWay = 0;
  return async (hostname) => {
    // One that is no longer waited for counts until it ends: it still has its sockets.
    if (underWay >= parallel) throw new Error(describeFailure("manyNames"));
    underWay += 1;
    const found = byCares(hostname).finally(() => {
      underWay -= 1;
    });
    let timer: Timer | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(describeFailure("slowName"))), timeoutMs);
    });
    try {
      return (await Promise.race([found, late])).map(({ address }) => address);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Async, so that what it throws at once for an odd name is a failed look-up too. */
async function byCares(hostname: string) {
  return Bun.dns.lookup(hostname, { backend: "c-ares" });
}

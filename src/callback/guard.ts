import ipaddr from "ipaddr.js";
import { describeFailure } from "../callback-failures.ts";
import type { Lookup } from "./lookup.ts";

const IPV4_COMPATIBLE = ipaddr.IPv6.parseCIDR("::/96");

/** Where a callback may not go. The message is for the operator's log. */
export class ForbiddenAddress extends Error {
  override readonly name = "ForbiddenAddress";
}

/**
 * The addresses to connect to for a callback, each of them checked: whoever controls a name's
 * records could otherwise answer one address to the check and another to the connection.
 * @param hostname of a parsed URL, so that odd ways of writing an address are gone
 * @throws ForbiddenAddress where any of its addresses is private, loopback, link-local or reserved
 */
export async function resolveForCallback(
  hostname: string,
  allowPrivate: boolean,
  lookup: Lookup,
): Promise<string[]> {
  const literal = hostname.replace(/^\[|\]$/g, "");
  const addresses = ipaddr.isValid(literal) ? [literal] : await lookup(hostname);
  if (addresses.length === 0) throw new Error(`${hostname} has no address`);
  const forbidden = addresses.find((address) => !allowPrivate && !isPublic(address));
  if (forbidden !== undefined) {
    const found = { host: hostname, address: forbidden };
    throw new ForbiddenAddress(
      describeFailure(forbidden === literal ? "isPrivate" : "isAtPrivate", found),
    );
  }
  return addresses;
}

/** Only plain public addresses; `process` looks inside IPv4-mapped ones. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  // ::/96 once held IPv4 addresses, and some systems still take ::127.0.0.1 for what it says.
  if (parsed instanceof ipaddr.IPv6 && parsed.match(IPV4_COMPATIBLE)) return false;
  return parsed.range() === "unicast";
}

import ipaddr from "ipaddr.js";

/**
 * The networks that a client's address is in, for limits that somebody with many addresses should not get around:
 * - `own`: what one household has; an IPv4 address, or the first 64 bits of an IPv6 one;
 * - `wide`: what one provider hands out together; 24 bits, or 48.
 * @param address as it is usually written (http/client-address.ts); undefined where nobody knows, which is a network of its own
 */
export function networksOf(address: string | undefined): { own: string; wide: string } {
  if (address === undefined || !ipaddr.isValid(address)) return { own: "?", wide: "?" };
  const parsed = ipaddr.process(address);
  const bytes = parsed.toByteArray();
  const isV4 = parsed.kind() === "ipv4";
  return {
    own: bytes.slice(0, isV4 ? 4 : 8).join("."),
    wide: bytes.slice(0, isV4 ? 3 : 6).join("."),
  };
}

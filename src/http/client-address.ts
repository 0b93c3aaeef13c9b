import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * The address of the client of a request, for the log. Each proxy appends to `X-Forwarded-For` whom it was
 * connected to; what stands before that may have been written by the client itself, and is never believed.
 * @param peer who is connected to the server; undefined where nobody knows
 * @param forwardedFor the request's `X-Forwarded-For`, those of several headers joined by commas
 * @param proxies how many proxies in front of the server are trusted, one behind the other (REDEEM_TRUST_PROXY)
 * @returns an IP address as it is usually written; the peer's where a proxy wrote none
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | null,
  proxies: number,
): string | undefined {
  const own = readAddress(peer ?? "");
  if (proxies === 0 || forwardedFor === null) return own;
  const entries = forwardedFor.split(",");
  // Fewer than there are proxies: whoever is furthest out was asked by the client itself.
  return readAddress(entries[Math.max(0, entries.length - proxies)] ?? "") ?? own;
}

/** `192.0.2.1`, `2001:db8::1`; some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function readAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const [, bracketed, v4] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(trimmed) ?? [];
  // A zone ("fe80::1%eth0") is a name, and means nothing elsewhere.
  const [address = ""] = (bracketed ?? v4 ?? trimmed).split("%");
  // An IPv4 address that came over an IPv6 socket is written as what it is.
  return isIP(address) === 0 ? undefined : ipaddr.process(address).toString();
}

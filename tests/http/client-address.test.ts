import { expect, test } from "bun:test";
import { clientAddress } from "../../src/http/client-address.ts";

const PEER = "192.0.2.1";

test.each([
  [0, null, PEER],
  [0, "203.0.113.9", PEER],
  [1, null, PEER],
  [1, "203.0.113.9", "203.0.113.9"],
  // What the client wrote itself stands before what the proxy appends.
  [1, "10.0.0.1, 127.0.0.1,203.0.113.9 ", "203.0.113.9"],
  [2, "10.0.0.1, 203.0.113.9, 198.51.100.7", "203.0.113.9"],
  [2, "203.0.113.9", "203.0.113.9"],
  [1, "203.0.113.9:4711", "203.0.113.9"],
  [1, "2001:DB8::1", "2001:db8::1"],
  [1, "[2001:db8::1]", "2001:db8::1"],
  [1, "[2001:db8::1]:4711", "2001:db8::1"],
  [1, "::ffff:203.0.113.9", "203.0.113.9"],
  [1, "fe80::1%eth0", "fe80::1"],
  // What is no address is not believed, and nothing of it is written.
  [1, "", PEER],
  [1, "203.0.113.9,", PEER],
  [1, "unknown", PEER],
  [1, "_hidden", PEER],
  [1, "203.0.113.999", PEER],
  [1, "0x7f.1", PEER],
  [1, "1234", PEER],
  [1, "203.0.113.9 level=error", PEER],
  [1, '203.0.113.9","level":"error', PEER],
  [1, "\u001b[31m203.0.113.9", PEER],
  [1, "x".repeat(10_000), PEER],
  [1, "fe80::1%\u009b31m", "fe80::1"],
] as [number, string | null, string][])(
  "%d proxies, X-Forwarded-For %j: %s",
  (proxies, forwardedFor, client) => {
    expect(clientAddress(PEER, forwardedFor, proxies)).toBe(client);
  },
);

test("a peer by IPv4 over an IPv6 socket is written as IPv4; one that nobody knows is none", () => {
  expect(clientAddress("::ffff:192.0.2.1", null, 0)).toBe("192.0.2.1");
  expect(clientAddress(undefined, null, 1)).toBeUndefined();
});

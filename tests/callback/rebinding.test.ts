import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { getServers, setServers } from "node:dns";
import { createLookup } from "../../src/callback/lookup.ts";
import { send, type SendOptions } from "../../src/callback/send.ts";
import { startDns, type DnsServer, type Question } from "../support/dns.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";

/**
 * DNS rebinding: whoever controls a name answers a public address to the check and a private one to the
 * connection. Tried against a live DNS server, which changes its answers, and a receiver on 127.0.0.1 that
 * nobody may reach.
 */

/** Public by every rule, and nobody's: IANA has given out nothing outside 2000::/3. */
const PUBLIC = "4000::1";

const BEFORE = getServers();
let dns: DnsServer;
let receiver: Receiver;
let answer: (question: Question, count: number) => string[];
beforeEach(async () => {
  receiver = startReceiver();
  dns = await startDns((question, count) => answer(question, count));
  setServers([dns.address]);
});
afterEach(async () => {
  setServers(BEFORE);
  await dns.stop();
  await receiver.stop();
});

function callBack(changes: Partial<SendOptions> = {}): Promise<string> {
  const host = `rebinds.example:${receiver.port}`;
  const url = `http://${host}/done`;
  const delivery = { id: "d", method: "GET" as const, host, url, body: "" };
  return send(
    { ...delivery, event: "success", uploadId: 1, photoId: 1, createdAt: Date.now(), attempts: 0 },
    {
      secret: "secret",
      allowPrivate: false,
      lookup: createLookup(),
      timeoutMs: 5000,
      now: Date.now,
      ...changes,
    },
  ).then(
    () => "delivered",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

const timesAsked = (type: Question["type"]) => dns.asked.filter((of) => of.type === type).length;

test("the receiver is reached where its address is allowed: the test can tell", async () => {
  answer = () => ["127.0.0.1"];
  expect(await callBack({ allowPrivate: true })).toBe("delivered");
  expect(receiver.received[0]?.headers.get("host")).toBe(`rebinds.example:${receiver.port}`);
});

test("a public address first and 127.0.0.1 next: the name is asked for once, and not reached", async () => {
  answer = ({ type }) => (timesAsked(type) === 1 ? [PUBLIC] : ["127.0.0.1"]);
  // Nobody answers at that address.
  expect(await callBack({ timeoutMs: 300 })).not.toContain("ForbiddenAddress");
  expect(dns.asked.map(({ type }) => type).toSorted()).toEqual(["A", "AAAA"]);
  // The next attempt asks again, and is refused.
  expect(await callBack()).toContain("ForbiddenAddress");
  expect(receiver.received).toEqual([]);
});

describe("one private address among public ones refuses them all", () => {
  test.each(["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"])(
    "%s",
    async (hidden) => {
      answer = () => [PUBLIC, "93.184.216.34", hidden];
      expect(await callBack()).toContain("ForbiddenAddress");
      expect(receiver.received).toEqual([]);
    },
  );
});

test("answers that change with every query never lead to the receiver", async () => {
  answer = (_question, count) => (count % 3 === 0 ? ["127.0.0.1"] : [PUBLIC]);
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, () => callBack({ timeoutMs: 300 })),
  );
  expect(outcomes).not.toContain("delivered");
  expect(receiver.received).toEqual([]);
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { getServers, setServers } from "node:dns";
import { delayAfter } from "../../src/callback/attempt.ts";
import { openUp } from "../../src/callback/given-up.ts";
import { deliveriesOf } from "../support/database.ts";
import { startDns } from "../support/dns.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { openOutbox, SECRET, type Outbox } from "./outbox.ts";

const HOUR = 3_600_000;

let outbox: Outbox;
let receiver: Receiver;
let status = 200;
beforeEach(async () => {
  status = 200;
  outbox = await openOutbox();
  receiver = startReceiver(() => new Response("", { status }));
});
afterEach(async () => {
  await outbox.stop();
  await receiver.stop();
});

const rowOf = (id: string) => deliveriesOf(outbox).find((row) => row.id === id);

describe("delivering", () => {
  test("once, signed with the site's secret, and then the address is forgotten", async () => {
    const url = `${receiver.url}/done?upload_token=secret`;
    await outbox.add("one", url);
    outbox.deliverer.wake();
    expect(await outbox.attempted(1)).toEqual([
      {
        delivery: "one",
        tells: "success",
        photo: 1,
        upload: 1,
        host: `127.0.0.1:${receiver.port}`,
        attempt: 1,
        outcome: "delivered",
        error: undefined,
      },
    ]);
    const [got] = receiver.received;
    const t = Math.floor(outbox.now() / 1000);
    const v1 = createHmac("sha256", SECRET).update(`${t}.${url}.`).digest("hex");
    expect(got?.headers.get("redeem-signature")).toBe(`t=${t},v1=${v1}`);
    expect(got?.headers.get("redeem-delivery")).toBe("one");
    expect(rowOf("one")).toMatchObject({ state: "delivered", url: "", body: "", attempts: 1 });
    outbox.advance(HOUR);
    outbox.deliverer.wake();
    await outbox.add("two", receiver.url);
    outbox.deliverer.wake();
    await outbox.attempted(2);
    expect(receiver.received).toHaveLength(2);
  });

  test("again after a failure, with the same id and a signature of that moment", async () => {
    status = 500;
    await outbox.add("one", receiver.url);
    outbox.deliverer.wake();
    const [first] = await outbox.attempted(1);
    expect(first).toMatchObject({ attempt: 1, outcome: "retry" });
    expect(first?.error).toContain("500");
    expect(rowOf("one")).toMatchObject({ state: "pending", attempts: 1 });
    status = 204;
    outbox.advance(delayAfter(0));
    outbox.deliverer.wake();
    expect((await outbox.attempted(2))[1]).toMatchObject({ attempt: 2, outcome: "delivered" });
    const [one, two] = receiver.received;
    expect(two?.headers.get("redeem-delivery")).toBe(one?.headers.get("redeem-delivery") ?? null);
    expect(two?.headers.get("redeem-signature")).not.toBe(
      one?.headers.get("redeem-signature") ?? null,
    );
  });

  test("not before its time", async () => {
    status = 500;
    await outbox.add("one", receiver.url);
    outbox.deliverer.wake();
    await outbox.attempted(1);
    outbox.advance(delayAfter(0) - 1);
    outbox.deliverer.wake();
    // Another callback that is due passes it.
    status = 200;
    await outbox.add("two", receiver.url);
    outbox.deliverer.wake();
    expect((await outbox.attempted(2)).map(({ delivery }) => delivery)).toEqual(["one", "two"]);
  });
});

describe("delays", () => {
  test("grow, up to an hour", () => {
    const delays = Array.from({ length: 40 }, (_, attempts) => delayAfter(attempts));
    expect(delays[0]).toBe(5000);
    for (const [index, delay] of delays.slice(1).entries()) {
      const before = delays[index] ?? 0;
      expect(delay).toBe(Math.min(before * 2, HOUR));
    }
    expect(delayAfter(1e6)).toBe(HOUR);
  });

  test("end after 24 hours: given up, and the address is forgotten", async () => {
    status = 503;
    const start = outbox.now();
    await outbox.add("one", `${receiver.url}/?upload_token=secret`);
    let count = 0;
    for (;;) {
      outbox.deliverer.wake();
      count += 1;
      const attempt = (await outbox.attempted(count)).at(-1);
      if (attempt?.outcome !== "retry") break;
      const row = rowOf("one");
      expect(row?.next_at).toBe(outbox.now() + delayAfter(count - 1));
      outbox.advance((row?.next_at ?? 0) - outbox.now());
    }
    expect((await outbox.attempted(count)).at(-1)?.outcome).toBe("given-up");
    expect(outbox.now() - start).toBeGreaterThan(23 * HOUR);
    expect(outbox.now() - start).toBeLessThanOrEqual(24 * HOUR);
    expect(count).toBeGreaterThan(20);
    expect(rowOf("one")).toMatchObject({ state: "given-up", url: "", body: "" });
    // It may be asked for again: what it would send is kept, and nobody reads it in the database.
    const [, sealed = ""] = rowOf("one")?.sealed?.split("sealed ") ?? [];
    expect(openUp(atob(sealed))).toEqual({
      url: `${receiver.url}/?upload_token=secret`,
      body: "",
    });
    expect(await outbox.records.deliveries.nextAt(0)).toBeUndefined();
  });
});

// On 502525b such a callback rested for 48 hours, or was given up after a single failure.
describe("a clock that was wrong", () => {
  test("ahead by two days: what it recorded is due at once when it is set right", async () => {
    status = 500;
    outbox.advance(48 * HOUR);
    await outbox.add("failed", receiver.url);
    outbox.deliverer.wake();
    await outbox.attempted(1);
    await outbox.add("new", receiver.url);
    outbox.advance(-48 * HOUR);
    status = 200;
    outbox.deliverer.wake();
    const [, ...after] = await outbox.attempted(3);
    expect(after.map(({ outcome }) => outcome)).toEqual(["delivered", "delivered"]);
    expect(after.map(({ delivery }) => delivery).toSorted()).toEqual(["failed", "new"]);
  });

  test("ahead by two days: the delay after a failure is the usual one, and the day begins now", async () => {
    outbox.advance(48 * HOUR);
    await outbox.add("one", receiver.url);
    outbox.advance(-48 * HOUR);
    status = 500;
    outbox.deliverer.wake();
    await outbox.attempted(1);
    expect(rowOf("one")?.next_at).toBe(outbox.now() + delayAfter(0));
    expect(rowOf("one")?.created_at).toBeLessThanOrEqual(outbox.now() + delayAfter(0));
  });

  test("that jumps ahead by two days gives up nothing", async () => {
    status = 500;
    await outbox.add("one", receiver.url);
    outbox.advance(48 * HOUR);
    outbox.deliverer.wake();
    expect((await outbox.attempted(1))[0]?.outcome).toBe("retry");
    outbox.advance(-48 * HOUR);
    status = 200;
    outbox.deliverer.wake();
    expect((await outbox.attempted(2))[1]?.outcome).toBe("delivered");
  });
});

describe("a receiver that cannot be reached", () => {
  test("is retried; what is noted holds no address", async () => {
    await receiver.stop();
    await outbox.add("one", `${receiver.url}/?upload_token=secret`);
    outbox.deliverer.wake();
    const [attempt] = await outbox.attempted(1);
    expect(attempt?.outcome).toBe("retry");
    expect(attempt?.error).toBe("the connection was refused");
    expect(rowOf("one")?.last_error).not.toContain("secret");
    expect(attempt?.error).not.toContain("secret");
  });

  test("of a name without an address the note says so in words", async () => {
    const before = getServers();
    const dns = await startDns(() => []);
    setServers([dns.address]);
    try {
      await outbox.add("one", "http://nothing.example/?upload_token=secret");
      outbox.deliverer.wake();
      const [attempt] = await outbox.attempted(1);
      expect(attempt?.error).toBe("no address was found for the name");
    } finally {
      setServers(before);
      await dns.stop();
    }
  });

  test("a forbidden address is not called, and the note says why", async () => {
    const strict = await openOutbox(false);
    await strict.add("one", `${receiver.url}/?upload_token=secret`);
    strict.deliverer.wake();
    const [attempt] = await strict.attempted(1);
    expect(attempt).toMatchObject({ outcome: "retry" });
    expect(attempt?.error).toContain("REDEEM_CALLBACK_PRIVATE");
    expect(receiver.received).toEqual([]);
    await strict.stop();
  });

  test("does not hold up the others", async () => {
    let release: (() => void) | undefined;
    const hanging = startReceiver(
      () =>
        new Promise<Response>((resolve) => {
          const before = release;
          release = () => {
            before?.();
            resolve(new Response(""));
          };
        }),
    );
    for (let count = 0; count < 10; count += 1) await outbox.add(`dead-${count}`, hanging.url);
    outbox.deliverer.wake();
    await hanging.got(4);
    await outbox.add("good", receiver.url);
    outbox.deliverer.wake();
    expect(await outbox.attempted(1)).toMatchObject([{ delivery: "good", outcome: "delivered" }]);
    // Four at a time go to one host.
    expect(hanging.received).toHaveLength(4);
    release?.();
    await hanging.got(8);
    release?.();
    await hanging.got(10);
    release?.();
    expect(await outbox.attempted(11)).toHaveLength(11);
    const seen = hanging.received.map(({ headers }) => headers.get("redeem-delivery"));
    expect(new Set(seen).size).toBe(10);
    await hanging.stop();
  });
});

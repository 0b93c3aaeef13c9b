import { afterEach, describe, expect, test } from "bun:test";
import { getServers, setServers } from "node:dns";
import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createLookup } from "../../src/callback/lookup.ts";
import { startDns, type DnsServer } from "../support/dns.ts";

/** How callbacks find addresses, with a DNS server of the test's own. */

const BEFORE = getServers();
let dns: DnsServer | undefined;
afterEach(async () => {
  setServers(BEFORE);
  await dns?.stop();
  dns = undefined;
});

async function withDns(answer: Parameters<typeof startDns>[0]): Promise<DnsServer> {
  dns = await startDns(answer);
  setServers([dns.address]);
  return dns;
}

/** A name of the hosts file that is there on this machine beside localhost. */
function nameInHosts(): { name: string; address: string } | undefined {
  const lines = readFileSync("/etc/hosts", "utf8").split("\n");
  const rows = lines.map((line) => line.replace(/#.*/, "").trim().split(/\s+/));
  const row = rows.find(([address, name]) => address && name && !name.includes("localhost"));
  return row && { address: row[0] ?? "", name: row[1] ?? "" };
}

test("both kinds of addresses are found", async () => {
  await withDns(() => ["93.184.216.34", "2606:4700::1111"]);
  const found = await createLookup()("backend.example");
  expect(found.toSorted()).toEqual(["2606:4700::1111", "93.184.216.34"]);
});

test("a name without addresses fails", async () => {
  await withDns(() => []);
  await expect(createLookup()("nothing.example")).rejects.toThrow();
});

test("localhost is known without asking anybody", async () => {
  const { asked } = await withDns(() => ["93.184.216.34"]);
  for (const address of await createLookup()("localhost")) {
    expect(["127.0.0.1", "::1"]).toContain(address);
  }
  expect(asked).toEqual([]);
});

const inHosts = nameInHosts();
if (!inHosts) console.log("skipped: /etc/hosts names nobody but localhost");
test.skipIf(!inHosts)("so is a name that the operator has put into the hosts file", async () => {
  const { asked } = await withDns(() => ["93.184.216.34"]);
  expect(await createLookup()(inHosts?.name ?? "")).toContain(inHosts?.address ?? "");
  expect(asked).toEqual([]);
});

// On 502525b: `getaddrinfo` held every thread that reads and writes files, for as long as the resolver allows.
test("while 100 names hang, files are read and written as ever", async () => {
  const server = await withDns(() => undefined);
  const lookup = createLookup({ parallel: 100, timeoutMs: 2000 });
  const names = Array.from({ length: 100 }, (_, index) => `hangs-${index}.example`);
  let ended = 0;
  const all = Promise.allSettled(names.map((name) => lookup(name).finally(() => (ended += 1))));
  await server.askedFor(100);
  await stat(import.meta.path);
  await Bun.file(import.meta.path).text();
  expect(ended).toBe(0);
  const states = (await all).map(({ status }) => status);
  expect(new Set(states)).toEqual(new Set(["rejected"]));
});

describe("bounded", () => {
  test("in number: what is not waited for any more counts until it ends", async () => {
    await withDns(() => undefined);
    const lookup = createLookup({ parallel: 2, timeoutMs: 50 });
    await Promise.allSettled([lookup("one.example"), lookup("two.example")]);
    await expect(lookup("three.example")).rejects.toThrow("too many names");
  });

  test("and what has ended counts no more, odd names too", async () => {
    await withDns(() => ["93.184.216.34"]);
    const lookup = createLookup({ parallel: 1 });
    for (const odd of ["", "a..b", `${"x".repeat(64)}.example`, "x".repeat(5000), "a\0b", "."]) {
      await lookup(odd).catch((error: Error) => expect(error.message).not.toContain("too many"));
    }
    expect(await lookup("good.example")).toEqual(["93.184.216.34"]);
  });
});

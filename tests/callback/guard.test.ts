import { describe, expect, test } from "bun:test";
import { ForbiddenAddress, isPublic, resolveForCallback } from "../../src/callback/guard.ts";
import { createLookup } from "../../src/callback/lookup.ts";

const lookup = createLookup();

/** As a return_url names them: the URL parser has taken the odd ways of writing out of them. */
const hostOf = (host: string) => new URL(`http://${host}/`).hostname;

describe("refused, unless private addresses are allowed", () => {
  test.each([
    "127.0.0.1",
    "127.1.2.3",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[::]",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "2130706433",
    "0x7f.1",
    "017700000001",
    "127.1",
    "0",
  ])("%s", async (host) => {
    const refused = resolveForCallback(hostOf(host), false, lookup);
    await expect(refused).rejects.toBeInstanceOf(ForbiddenAddress);
    expect((await resolveForCallback(hostOf(host), true, lookup)).length).toBeGreaterThan(0);
  });

  test("the words are for the operator: the address, and the setting that allows it", async () => {
    const refused = resolveForCallback("10.1.2.3", false, lookup);
    await expect(refused).rejects.toThrow(
      "10.1.2.3 is a private or reserved address; REDEEM_CALLBACK_PRIVATE=1 allows it",
    );
    const named = resolveForCallback("backend.example", false, async () => ["10.1.2.3"]);
    await expect(named).rejects.toThrow("backend.example is at 10.1.2.3, a private");
  });
});

describe("taken", () => {
  test.each(["8.8.8.8", "93.184.216.34", "172.32.0.1", "[2606:4700::1111]"])("%s", async (host) => {
    expect(await resolveForCallback(hostOf(host), false, lookup)).toEqual([
      host.replace(/^\[|\]$/g, ""),
    ]);
  });
});

test("what is no address is not public", () => {
  for (const text of ["", "example.com", "1.2.3.4.5", "::1::"]) expect(isPublic(text)).toBe(false);
});

test("a name without an address fails, and is not a forbidden one", async () => {
  const failed = await resolveForCallback("no-such-name.invalid", false, lookup).catch(
    (error) => error,
  );
  expect(failed).toBeInstanceOf(Error);
  expect(failed).not.toBeInstanceOf(ForbiddenAddress);
});

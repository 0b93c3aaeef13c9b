import { describe, expect, test } from "bun:test";
import type { Problem } from "../../src/problem.ts";
import { createAttempts } from "../../src/upload/attempts.ts";
import { networksOf } from "../../src/upload/network.ts";
import { createPassphrases, hashPassphrase } from "../../src/upload/passphrase.ts";
import type { UploadToken } from "../../src/records/records.ts";
import { processorTime } from "../support/processor.ts";

/** Who guesses is slowed down, and nobody else. */

const WORDS = "midsummer";
const hash = await hashPassphrase(WORDS);
const secret = { uploadGrant: (token: string, of: string) => `grant of ${token} ${of}` };

function given() {
  let now = 1_800_000_000_000;
  const passphrases = createPassphrases(secret, () => now);
  const say = async (passphrase: string, client: string | undefined, id = 1): Promise<string> => {
    const token = { id, passphraseHash: hash } as UploadToken;
    const said = { grant: undefined, passphrase };
    try {
      const isOpened = await passphrases.opens({ token, uploadToken: "t" }, said, client);
      return isOpened ? "opened" : "closed";
    } catch (error) {
      return (error as Problem).code;
    }
  };
  return {
    passphrases,
    say,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

async function flood(say: (client: string) => Promise<string>, clients: string[]): Promise<number> {
  let compared = 0;
  for (const client of clients) if ((await say(client)) === "wrong_passphrase") compared += 1;
  return compared;
}

describe("guessing", () => {
  test("from one address is over after 8 tries, and one more comes back every 15 seconds", async () => {
    const { say, advance } = given();
    const guess = () => say("guess", "192.0.2.1");
    const tries = (count: number) => flood(guess, Array(count).fill("192.0.2.1") as string[]);
    expect(await tries(20)).toBe(8);
    advance(14_999);
    expect(await tries(5)).toBe(0);
    advance(1);
    expect(await tries(5)).toBe(1);
    expect(await say(WORDS, "192.0.2.1")).toBe("too_many_attempts");
    advance(120_000);
    expect(await say(WORDS, "192.0.2.1")).toBe("opened");
  });

  test("from a whole house of IPv6 addresses is guessing from one", async () => {
    const { say } = given();
    const clients = Array.from({ length: 40 }, (_, n) => `2001:db8:0:7::${n.toString(16)}`);
    expect(await flood((client) => say("guess", client), clients)).toBe(8);
  });

  test("of many tokens from one address is over after 40", async () => {
    const { say } = given();
    let compared = 0;
    for (let id = 1; id <= 60; id += 1) {
      if ((await say("guess", "192.0.2.1", id)) === "wrong_passphrase") compared += 1;
    }
    expect(compared).toBe(40);
  });

  test("from one network with many addresses is over after the token's, and does not shut out guests from elsewhere", async () => {
    const { say, advance } = given();
    const clients = Array.from({ length: 250 }, (_, n) => `192.0.2.${n}`);
    expect(await flood((client) => say("guess", client), clients)).toBe(52);
    expect(await say(WORDS, "192.0.2.251")).toBe("too_many_attempts");
    // A guest from elsewhere who is mistaken once.
    expect(await say("mistaken", "198.51.100.7")).toBe("wrong_passphrase");
    expect(await say(WORDS, "198.51.100.7")).toBe("opened");
    // And those from there come in again soon.
    advance(10_000);
    expect(await say(WORDS, "192.0.2.251")).toBe("opened");
  });

  test("while it is limited counts for nothing: it does not make the wait longer", async () => {
    const { say, advance } = given();
    await flood(() => say("guess", "192.0.2.1"), Array(8).fill("") as string[]);
    for (let second = 0; second < 15; second += 1) {
      await flood(() => say("guess", "192.0.2.1"), Array(20).fill("") as string[]);
      advance(1000);
    }
    expect(await say(WORDS, "192.0.2.1")).toBe("opened");
  });

  test("by many at once waits in a line that is not long", async () => {
    const { say } = given();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => say("guess", `10.${n}.0.1`)),
    );
    expect(answers.filter((code) => code === "temporarily_unavailable").length).toBe(180);
    expect(await say(WORDS, "192.0.2.1")).toBe("opened");
    // Who was sent away without a comparison has lost no try.
    expect(await say("guess", "10.199.0.1")).toBe("wrong_passphrase");
  });

  test("a guest whose address is not known is one of those of whom that holds", async () => {
    const { say } = given();
    expect(await flood(() => say("guess", undefined), Array(20).fill("") as string[])).toBe(8);
  });
});

test("a grant opens, whatever else is tried meanwhile", async () => {
  const { passphrases, say } = given();
  const owner = { token: { id: 1, passphraseHash: hash } as UploadToken, uploadToken: "t" };
  await flood(() => say("guess", "192.0.2.1"), Array(20).fill("") as string[]);
  const said = { grant: passphrases.grantOf(owner), passphrase: "wrong" };
  expect(await passphrases.opens(owner, said, "192.0.2.1")).toBe(true);
  const wrong = { grant: "another's", passphrase: undefined };
  expect(await passphrases.opens(owner, wrong, "192.0.2.1")).toBe(false);
});

test("a thousand right ones cost one comparison", async () => {
  const { say } = given();
  const began = processorTime();
  for (let n = 0; n < 1000; n += 1) expect(await say(WORDS, "192.0.2.1")).toBe("opened");
  // A comparison takes 4 ms at least.
  expect(processorTime() - began).toBeLessThan(2000);
});

describe("attempts", () => {
  const rate = { most: 2, everyMs: 100 };

  test("come back with time, one after the other, and never more than there are", () => {
    const attempts = createAttempts();
    expect([0, 0, 0].map(() => attempts.take("a", rate, 0))).toEqual([0, 0, 100]);
    expect(attempts.take("a", rate, 60)).toBe(40);
    expect(attempts.take("a", rate, 100)).toBe(0);
    expect(attempts.take("a", rate, 100)).toBe(100);
    expect([0, 0, 0].map(() => attempts.take("a", rate, 1e9))).toEqual([0, 0, 100]);
  });

  test("a clock that is set back keeps nobody waiting longer", () => {
    const attempts = createAttempts();
    attempts.take("a", rate, 1e9);
    attempts.take("a", rate, 1e9);
    expect(attempts.take("a", rate, 0)).toBe(100);
    expect(attempts.take("a", rate, 100)).toBe(0);
  });

  test("so many keys are known at most", () => {
    const attempts = createAttempts(3);
    for (const key of ["a", "a", "b", "c", "d"]) attempts.take(key, rate, 0);
    // The one that was tried longest ago is forgotten, and no other.
    expect(attempts.take("a", rate, 0)).toBe(0);
    for (const key of ["c", "d"]) attempts.take(key, rate, 0);
    expect(attempts.take("d", rate, 0)).toBe(100);
  });
});

test.each([
  ["192.0.2.7", { own: "192.0.2.7", wide: "192.0.2" }],
  ["::ffff:192.0.2.7", { own: "192.0.2.7", wide: "192.0.2" }],
  ["2001:db8:1:2:3:4:5:6", { own: "32.1.13.184.0.1.0.2", wide: "32.1.13.184.0.1" }],
  ["nobody", { own: "?", wide: "?" }],
  [undefined, { own: "?", wide: "?" }],
])("the networks of %s", (address, networks) => {
  expect(networksOf(address)).toEqual(networks);
});

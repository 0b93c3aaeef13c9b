import { beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Problem } from "../../src/problem.ts";
import { createQuota, type DiskQuota } from "../../src/upload/quota.ts";

/** Room on the disk as it is shared out, on a disk of the test's own and with a clock that it moves. */

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const RESERVE = 256 * MIB;

let disk: number;
let clock: number;
let quota: DiskQuota;

beforeEach(() => {
  disk = 10 * GIB;
  clock = 0;
  quota = createQuota({
    space: () => disk,
    reserve: RESERVE,
    undecidedLimit: 4 * GIB,
    elapsed: () => clock,
  });
});

/** What came of it: nothing, or the code of the refusal. */
function attempt(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Problem).code;
  }
}

function write(
  account: { take(bytes: number): void; written(bytes: number): void },
  bytes: number,
) {
  account.take(bytes);
  disk -= bytes;
  account.written(bytes);
}

describe("what is promised", () => {
  test("is no more than came justifies: one byte does not reserve the disk", () => {
    const greedy = quota.ofUpload({ id: 1, tokenId: 1, total: 9 * GIB, received: 0 });
    write(greedy, 1);
    expect(attempt(() => quota.require(9 * GIB))).toBeUndefined();
  });

  test("is bounded for one token, however many uploads it begins", () => {
    for (let id = 1; id <= 500; id += 1) {
      write(quota.ofUpload({ id, tokenId: 1, total: 5 * GIB, received: 0 }), 1);
    }
    expect(attempt(() => quota.require(9 * GIB))).toBeUndefined();
  });

  test("keeps nothing from undecided files once it has lapsed", () => {
    disk = RESERVE + 100 * MIB;
    quota.ofUpload({ id: 1, tokenId: 1, total: 90 * MIB, received: 0 });
    expect(attempt(() => quota.undecided(true).take(20 * MIB))).toBe("insufficient_storage");
    clock += 6 * 60_000;
    expect(attempt(() => quota.undecided(true).take(20 * MIB))).toBeUndefined();
  });

  test("grows with what came, and is kept from others", () => {
    const honest = quota.ofUpload({ id: 1, tokenId: 1, total: 9 * GIB, received: 0 });
    write(honest, GIB);
    expect(attempt(() => quota.require(2 * GIB))).toBe("insufficient_storage");
    expect(attempt(() => quota.require(512 * MIB))).toBeUndefined();
  });

  test("lapses where too little comes, and a byte every few minutes does not renew it", () => {
    const greedy = quota.ofUpload({ id: 1, tokenId: 1, total: 9 * GIB, received: 0 });
    write(greedy, GIB);
    for (let minutes = 0; minutes < 30; minutes += 2) {
      clock += 2 * 60_000;
      write(quota.ofUpload({ id: 1, tokenId: 1, total: 9 * GIB, received: GIB }), 1);
    }
    expect(attempt(() => quota.require(8 * GIB))).toBeUndefined();
    // It goes on all the same, and earns its promise again.
    write(greedy, 64 * MIB);
    expect(attempt(() => quota.require(8 * GIB))).toBe("insufficient_storage");
  });

  test("is given back by who fails, and by who has it all", () => {
    const failing = quota.ofUpload({ id: 1, tokenId: 1, total: 9 * GIB, received: 0 });
    write(failing, GIB);
    quota.closeAccount(1);
    expect(attempt(() => quota.require(8 * GIB))).toBeUndefined();
    const whole = quota.ofUpload({ id: 2, tokenId: 1, total: GIB, received: 0 });
    write(whole, GIB);
    expect(attempt(() => quota.require(7 * GIB))).toBeUndefined();
  });

  test("an upload that cannot fit is refused with its first byte", () => {
    const large = { id: 1, tokenId: 1, total: 10 * GIB, received: 0 };
    expect(attempt(() => void quota.ofUpload(large))).toBe("insufficient_storage");
  });
});

describe("bytes that hold no use", () => {
  test("share one budget, which is given back", () => {
    disk = 100 * GIB;
    const bodies = Array.from({ length: 5 }, () => quota.undecided(true));
    for (const body of bodies.slice(0, 4)) write(body, GIB);
    const [first, last] = [bodies[0], bodies[4]];
    expect(attempt(() => last?.take(1))).toBe("temporarily_unavailable");
    first?.close();
    expect(attempt(() => last?.take(GIB))).toBeUndefined();
  });

  test("leave a quarter of it to those that have named a token", () => {
    disk = 100 * GIB;
    const nameless = quota.undecided(false);
    write(nameless, 3 * GIB);
    expect(attempt(() => nameless.take(1))).toBe("insufficient_storage");
    expect(attempt(() => quota.undecided(false).take(1))).toBe("temporarily_unavailable");
    write(quota.undecided(true), GIB);
    nameless.close();
    expect(attempt(() => quota.undecided(false).take(3 * GIB))).toBeUndefined();
  });

  test("take a quarter of what is free beyond the reserve at most", () => {
    disk = 4 * GIB + RESERVE;
    const body = quota.undecided(true);
    write(body, GIB);
    expect(attempt(() => body.take(1))).toBe("insufficient_storage");
  });

  test("leave room for an upload that holds a use", () => {
    disk = GIB;
    const body = quota.undecided(true);
    expect(attempt(() => body.take(GIB - RESERVE))).toBe("insufficient_storage");
    const upload = quota.ofUpload({ id: 1, tokenId: 1, total: 500 * MIB, received: 0 });
    write(upload, 500 * MIB);
  });
});

test("whatever runs in parallel, nobody is let into the reserve", () => {
  const step = fc.record({
    who: fc.integer({ min: 0, max: 5 }),
    bytes: fc.integer({ min: 1, max: 200 * MIB }),
    /** Whether another one asks before this one has written. */
    later: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      disk = GIB;
      clock = 0;
      const shared = createQuota({
        space: () => disk,
        reserve: RESERVE,
        undecidedLimit: 4 * GIB,
        elapsed: () => clock,
      });
      const accounts = [
        ...[1, 2, 3].map(
          (id) => () => shared.ofUpload({ id, tokenId: id, total: 500 * MIB, received: 1 }),
        ),
        ...[true, false, false].map((named) => shared.undecided(named)).map((body) => () => body),
      ];
      const outstanding: (() => void)[] = [];
      for (const { who, bytes, later } of steps) {
        const account = accounts[who]?.();
        if (!account || attempt(() => account.take(bytes)) !== undefined) continue;
        const end = () => {
          disk -= bytes;
          account.written(bytes);
        };
        if (later) outstanding.push(end);
        else end();
      }
      for (const end of outstanding) end();
      expect(disk).toBeGreaterThanOrEqual(RESERVE);
    }),
  );
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatBytes, parseBytes, parseDuration } from "../src/units.ts";

describe("parseBytes", () => {
  test.each([
    ["1048576", 1_048_576],
    ["0", 0],
    ["10GiB", 10 * 1024 ** 3],
    ["500 MB", 500_000_000],
    ["1.5KiB", 1536],
    ["1tib", 1024 ** 4],
    ["7b", 7],
  ])("%p is %d", (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  test.each(["", "GiB", "-1", "1.0001KiB", "1e3", "10 apples", "1,5KB", "99999999TiB", " 1"])(
    "%p is none",
    (text) => {
      expect(parseBytes(text)).toBeUndefined();
    },
  );
});

describe("parseDuration", () => {
  test.each([
    ["0", 0],
    ["90s", 90_000],
    ["15m", 900_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["1.5h", 5_400_000],
    ["250 ms", 250],
  ])("%p is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "10", "h", "-1h", "1w", "1h30m"])("%p is none: a unit is required", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("formatBytes", () => {
  test.each([
    [0, "0 bytes"],
    [1023, "1023 bytes"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [10 * 1024 ** 3, "10 GiB"],
    // Issue 8, 3.5: it was "114.4 MiB".
    [120_000_000, "120 MB"],
    [10_000, "10 KB"],
    [1_100_000_000, "1.1 GB"],
    [1_048_577, "1 MiB"],
    [500 * 1024, "500 KiB"],
    [114.5 * 1024 ** 2, "114.5 MiB"],
    [2 ** 60, "1024 PiB"],
  ])("%d is %p", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test("says what parseBytes reads, but for the rounding", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 2 ** 40 }), (bytes) => {
        const again = parseBytes(formatBytes(bytes).replace(/(\d)\.(\d) /, "$1.$2"));
        // A tenth of a unit need not be a whole number of bytes.
        if (again !== undefined) expect(Math.abs(again - bytes) / bytes).toBeLessThan(0.06);
      }),
    );
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatBytes, formatLimit, parseBytes, parseDuration } from "../src/units.ts";
import { createLocale } from "../src/web/kit/locale.ts";

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

describe("sizes that people read", () => {
  test.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1024, "1 kB"],
    [1536, "1.5 kB"],
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [1_048_576, "1 MB"],
    [10 * 1024 ** 3, "10.7 GB"],
    [123_456_789, "123 MB"],
    [99_960_000, "100 MB"],
    [2 ** 60, "1153 PB"],
  ])("%d bytes that were counted: %p, and the same on a page", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
    if (bytes < 1e15) expect(createLocale("en").size(bytes)).toBe(text);
  });

  test.each([
    [10 * 1024 ** 3, "10 GiB", "10 GB"],
    [100 * 1024 ** 3, "100 GiB", "100 GB"],
    // A little less than is taken, and the number that was set.
    [1024 ** 3, "1 GiB", "1 GB"],
    [1024, "1 KiB", "1 kB"],
    [500 * 1024, "500 KiB", "500 kB"],
    [64_000, "64 kB", "64 kB"],
    // Issue 8, 3.5: it was "114.4 MiB".
    [120_000_000, "120 MB", "120 MB"],
    [1_150_000_000, "1.15 GB", "1.1 GB"],
    [1_048_577, "1 MB", "1 MB"],
    [0, "0 bytes", "0 bytes"],
  ])("%d bytes that were set: %p, and %p on a page", (bytes, text, onPage) => {
    expect(formatLimit(bytes)).toBe(text);
    expect(createLocale("en").limit(bytes)).toBe(onPage);
  });

  test("say what parseBytes reads, but for the rounding", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 2 ** 40 }), (bytes) => {
        for (const text of [formatBytes(bytes), formatLimit(bytes)]) {
          const again = parseBytes(text);
          // A part of a unit need not be a whole number of bytes.
          if (again !== undefined) expect(Math.abs(again - bytes) / bytes).toBeLessThan(0.051);
        }
      }),
    );
  });
});

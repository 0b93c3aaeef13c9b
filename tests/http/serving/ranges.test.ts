import { expect, test } from "bun:test";
import fc from "fast-check";
import { readRange, type FilePart } from "../../../src/http/serving/ranges.ts";

const SIZE = 10_000;
const parts = (...ranges: [start: number, end: number][]) => ({
  kind: "parts",
  parts: ranges.map(([start, end]) => ({ start, end })),
});
const WHOLE = { kind: "whole" };
const UNSATISFIABLE = { kind: "unsatisfiable" };

test.each([
  ["bytes=0-0", parts([0, 1])],
  ["bytes=0-499", parts([0, 500])],
  ["bytes=500-999", parts([500, 1000])],
  ["BYTES=0-1", parts([0, 2])],
  ["  bytes=0-1  ", parts([0, 2])],
  ["bytes= 0-1 ,, 500-501 ,", parts([0, 2], [500, 502])],
  // To the end, and further.
  ["bytes=9500-", parts([9500, 10_000])],
  ["bytes=9500-99999", parts([9500, 10_000])],
  ["bytes=9999-", parts([9999, 10_000])],
  ["bytes=0-99999999999999999999", parts([0, 10_000])],
  // The last bytes.
  ["bytes=-1", parts([9999, 10_000])],
  ["bytes=-500", parts([9500, 10_000])],
  ["bytes=-99999", parts([0, 10_000])],
  // Nothing that there is.
  ["bytes=10000-", UNSATISFIABLE],
  ["bytes=10000-10001", UNSATISFIABLE],
  ["bytes=99999999999999999999-", UNSATISFIABLE],
  ["bytes=-0", UNSATISFIABLE],
  ["bytes=-0, 20000-", UNSATISFIABLE],
  ["bytes=-0, 5-5", parts([5, 6])],
  // Several, in the order of the request; those that overlap, touch, or nearly do, are one.
  ["bytes=5000-5009,0-9", parts([5000, 5010], [0, 10])],
  ["bytes=0-9,5-14", parts([0, 15])],
  ["bytes=0-9,10-19", parts([0, 20])],
  ["bytes=0-9,110-119", parts([0, 120])],
  ["bytes=0-9,111-119", parts([0, 10], [111, 120])],
  ["bytes=0-9,5000-5009,-1,4-6", parts([0, 10], [5000, 5010], [9999, 10_000])],
  ["bytes=9000-9009,0-9,500-509,5-8995", parts([0, 9010])],
  ["bytes=0-,0-,0-,0-,0-", parts([0, 10_000])],
  // Malformed, or of another unit: as if there were none.
  [null, WHOLE],
  ["", WHOLE],
  ["bytes", WHOLE],
  ["bytes=", WHOLE],
  ["bytes=,", WHOLE],
  ["bytes=-", WHOLE],
  ["bytes=1", WHOLE],
  ["bytes=2-1", WHOLE],
  ["bytes=a-b", WHOLE],
  ["bytes=0-1-2", WHOLE],
  ["bytes=--1", WHOLE],
  ["bytes=+0-1", WHOLE],
  ["bytes=0x0-0x1", WHOLE],
  ["bytes=0 - 1", WHOLE],
  ["bytes=0-1;2-3", WHOLE],
  ["bytes=0-1, x", WHOLE],
  ["bytes=0-1, bytes=5-6", WHOLE],
  ["bytes 0-1", WHOLE],
  ["items=0-1", WHOLE],
  ["bytes=0-1٠", WHOLE],
  [`bytes=${"1-2,".repeat(65)}`, WHOLE],
])("%p", (header, wanted) => {
  expect(readRange(header, SIZE) as unknown).toEqual(wanted);
});

test("64 ranges are read, and no more", () => {
  const list = Array.from({ length: 64 }, (_, at) => `${at * 150}-${at * 150}`).join(",");
  const wanted = readRange(`bytes=${list}`, SIZE);
  expect(wanted.kind === "parts" && wanted.parts).toHaveLength(64);
  expect(readRange(`bytes=${list},9999-`, SIZE)).toEqual({ kind: "whole" });
});

test("a file without a byte has no range", () => {
  for (const header of ["bytes=0-", "bytes=0-0", "bytes=-5"]) {
    expect(readRange(header, 0)).toEqual({ kind: "unsatisfiable" });
  }
});

/** How many of the ranges have this byte. */
const has = (ranges: FilePart[], at: number) =>
  ranges.filter(({ start, end }) => start <= at && at < end).length;

test("whatever is asked for: each byte at most once, each byte that was asked for, none beyond the file", () => {
  const spec = fc.oneof(
    fc
      .tuple(fc.nat(1200), fc.nat(300))
      .map(([start, length]) => ({ start, end: start + length + 1 })),
    fc.nat(1200).map((start) => ({ start, end: Infinity })),
    fc.nat(1200).map((last) => ({ start: -last, end: Infinity })),
  );
  fc.assert(
    fc.property(fc.nat(1000), fc.array(spec, { minLength: 1, maxLength: 64 }), (size, specs) => {
      const header = specs.map(({ start, end }) =>
        start < 0 || Object.is(start, -0)
          ? `-${-start}`
          : `${start}-${end === Infinity ? "" : end - 1}`,
      );
      const asked = specs.map(({ start, end }) =>
        start < 0 || Object.is(start, -0)
          ? { start: Math.max(0, size + start), end: size }
          : { start, end: Math.min(end, size) },
      );
      const wanted = readRange(`bytes=${header.join(",")}`, size);
      const got = wanted.kind === "parts" ? wanted.parts : [];
      for (const { start, end } of got) {
        expect(start).toBeLessThan(end);
        expect(end).toBeLessThanOrEqual(size);
      }
      for (let at = 0; at < size; at += 1) {
        expect(has(got, at)).toBeLessThanOrEqual(1);
        if (has(asked, at) > 0) expect(has(got, at)).toBe(1);
      }
      expect(wanted.kind).not.toBe("whole");
    }),
    { numRuns: 300 },
  );
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { beyondEnd, lengthsAt, readChunk } from "../../src/upload/chunk.ts";
import { chunkFields, pieces } from "../support/chunks.ts";

const size = fc.integer({ min: 1, max: 2 ** 40 });
const chunk = fc.integer({ min: 1, max: 2 ** 32 });

describe("lengthsAt", () => {
  test("gives lengths that lie inside the file, the shorter first", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 41), chunk, size, (start, chunkSize, total) => {
        const lengths = lengthsAt(start, chunkSize, total);
        expect(lengths.length).toBeLessThanOrEqual(2);
        expect(lengths.length === 0).toBe(start >= total);
        expect(lengths).toEqual([...new Set(lengths)].toSorted((a, b) => a - b));
        for (const length of lengths) {
          expect(length).toBeGreaterThan(0);
          expect(start + length).toBeLessThanOrEqual(total);
          const general = length === chunkSize;
          const last = start + length === total && length < 2 * chunkSize;
          expect(general || last).toBe(true);
        }
      }),
    );
  });

  test("misses no length that is right", () => {
    const small = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(fc.nat(60), small, small, (start, chunkSize, total) => {
        const lengths = lengthsAt(start, chunkSize, total);
        for (let length = 1; length <= 130; length += 1) {
          const inside = start + length <= total;
          const right =
            inside &&
            (length === chunkSize || (start + length === total && length < 2 * chunkSize));
          expect(lengths.includes(length)).toBe(right);
        }
      }),
    );
  });

  test("takes every chunk of either plan, and together they are the file", () => {
    const many = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(many, many, fc.boolean(), (chunkSize, total, force) => {
        const any = { identifier: "i", filename: "a", chunkSize, totalSize: total };
        let at = 0;
        for (const { number, start, end } of pieces(any, force)) {
          expect(start).toBe(at);
          // A file smaller than a chunk, or its remainder.
          expect(lengthsAt((number - 1) * chunkSize, chunkSize, total)).toContain(end - start);
          at = end;
        }
        expect(at).toBe(total);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    [0, 100, 250, [100]],
    [100, 100, 250, [100, 150]],
    [200, 100, 250, [50]],
    [100, 100, 300, [100]],
    [200, 100, 300, [100]],
    [0, 100, 199, [100, 199]],
    [0, 100, 200, [100]],
    [0, 100, 100, [100]],
    [0, 100, 1, [1]],
    [250, 100, 250, []],
    [300, 100, 250, []],
    [Number.MAX_SAFE_INTEGER + 1, 1, 250, []],
  ])("at %d in chunks of %d of %d: %p", (start, chunkSize, total, lengths) => {
    expect(lengthsAt(start, chunkSize, total)).toEqual(lengths as number[]);
  });
});

const plan = { identifier: "i", filename: "a.png", chunkSize: 100, totalSize: 250 };
const read = (fields: [string, string][]) => readChunk(new Map(fields), "a.png");

describe("readChunk", () => {
  test("reads number, sizes and identifier", () => {
    expect(read(chunkFields(plan, 2))).toEqual({
      identity: plan,
      number: 2,
      start: 100,
      lengths: [100, 150],
      clientInfo: {},
    });
  });

  test("keeps what else Resumable.js says", () => {
    const told = {
      resumableTotalChunks: "3",
      resumableCurrentChunkSize: "100",
      resumableType: "image/png",
      resumableRelativePath: "x/a.png",
    };
    expect(read([...chunkFields(plan, 1), ...Object.entries(told)])?.clientInfo).toEqual(told);
  });

  test.each(["Number", "ChunkSize", "TotalSize", "Identifier"])(
    "without resumable…%s it is a whole file",
    (name) => {
      const absent = chunkFields(plan, 1).filter(([field]) => !field.endsWith(name));
      expect(read(absent)).toBeUndefined();
      const empty = chunkFields(plan, 1).map(([field, value]): [string, string] => [
        field,
        field.endsWith(name) ? "" : value,
      ]);
      expect(read(empty)).toBeUndefined();
    },
  );

  test("a number that is none is never read as one", () => {
    const text = fc.string({ minLength: 1 }).filter((value) => !/^\s*\d*\s*$/.test(value));
    fc.assert(
      fc.property(text, (value) => {
        const fields = chunkFields(plan, 1).slice(1);
        expect(() => read([["resumableChunkNumber", value], ...fields])).toThrow(
          "resumableChunkNumber must be a whole number",
        );
      }),
    );
  });

  test("beyond the file is refused", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: Number.MAX_SAFE_INTEGER }), (number) => {
        const chunkRead = read(chunkFields(plan, number));
        expect(beyondEnd(chunkRead as NonNullable<typeof chunkRead>)?.message).toContain("beyond");
      }),
    );
  });
});

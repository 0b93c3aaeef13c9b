import { describe, expect, test } from "bun:test";
import { firstFrame, withoutMetadata } from "../../src/media/webp.ts";
import { deflateSync } from "node:zlib";
import {
  animatedWebp,
  bitmap,
  BLUE,
  nameOf,
  pixelsOf,
  pngOf,
  quarters,
  quartersOf,
  RED,
  riffChunk,
  webpOf,
} from "../support/pictures.ts";

const still = (of: Buffer) => new Bun.Image(of).webp({ quality: 90 }).bytes();

/** The parts of a WebP, behind its head. */
const partsOf = (webp: Uint8Array) => Buffer.from(webp).subarray(12);

describe("the first frame of an animation", () => {
  test("is a picture of its own", async () => {
    const file = await animatedWebp(64, 48, [quarters(64, 48), bitmap(64, 48, () => RED)]);
    expect(await quartersOf(firstFrame(file) ?? Buffer.alloc(0))).toBe("red green blue white");
  });

  test("may be seen through", async () => {
    const rows = Buffer.alloc(16 * 65);
    for (let y = 0; y < 16; y += 1) {
      for (let x = 0; x < 16; x += 1) rows.set([0, 0, 255, x < 8 ? 0 : 255], y * 65 + 1 + x * 4);
    }
    const frame = pngOf(16, 16, deflateSync(rows), 6);
    const file = await animatedWebp(16, 16, [frame, frame]);
    const [left = [], right = []] = await pixelsOf(firstFrame(file) ?? Buffer.alloc(0), [
      [0.2, 0.5],
      [0.8, 0.5],
    ]);
    expect([left[3], right[3], nameOf(right.slice(0, 3))]).toEqual([0, 255, "blue"]);
  });

  test("is not there in a picture that does not move, or in no WebP", async () => {
    expect(firstFrame(Buffer.from(await still(bitmap(8, 8, () => BLUE))))).toBeUndefined();
    expect(firstFrame(Buffer.from("GIF89a"))).toBeUndefined();
    expect(firstFrame(Buffer.alloc(0))).toBeUndefined();
  });
});

const head = (flags: number) =>
  riffChunk("VP8X", Buffer.from([flags, 0, 0, 0, 63, 0, 0, 47, 0, 0]));
const profile = (bytes: number) => riffChunk("ICCP", Buffer.alloc(bytes, "profile"));

describe("metadata", () => {
  test.each([
    ["a place and a time", 0x0c, 0, false],
    ["a profile that is small, which stays", 0x2c, 500, true],
    ["a profile that is large", 0x2c, 100_000, false],
  ])("%s", async (_, flags, bytes, stays) => {
    const picture = await still(quarters(64, 48));
    const file = webpOf([
      head(flags),
      ...(bytes > 0 ? [profile(bytes)] : []),
      partsOf(picture),
      riffChunk("EXIF", Buffer.from("59.9139N")),
      riffChunk("XMP ", Buffer.from("<x>59.9139N</x>")),
    ]);
    const without = withoutMetadata(file);
    expect(without.includes("59.9139N")).toBe(false);
    expect(without.includes("profile")).toBe(stays);
    // Of the flags only that of the profile is left.
    expect(without[20]).toBe(stays ? 0x20 : 0);
    expect(without.readUInt32LE(4)).toBe(without.length - 8);
    expect(await quartersOf(without)).toBe("red green blue white");
  });
});

test("no file makes it throw, read behind its end, or go on for ever", async () => {
  const file = await animatedWebp(64, 48, [quarters(64, 48), bitmap(64, 48, () => RED)]);
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  for (let round = 0; round < 5000; round += 1) {
    const damaged = Buffer.from(
      file.subarray(0, round % 3 === 0 ? random(file.length) : file.length),
    );
    for (let count = random(8); count >= 0 && damaged.length > 12; count -= 1) {
      damaged[12 + random(damaged.length - 12)] = random(4) === 0 ? 255 : random(256);
    }
    const frame = firstFrame(damaged);
    if (frame) expect(frame.length).toBeLessThan(damaged.length + 60);
  }
});

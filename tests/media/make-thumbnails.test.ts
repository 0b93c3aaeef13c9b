import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { makeThumbnails } from "../../src/media/make-thumbnails.ts";
import { FORMAT_NAMES } from "../../src/media/thumbnail-formats.ts";
import {
  animatedWebp,
  bitmap,
  BLUE,
  GREEN,
  jpeg,
  jpegWithExif,
  nameOf,
  pixelsOf,
  pngOf,
  quarters,
  quartersOf,
  RED,
  SECRET_PLACE,
} from "../support/pictures.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-thumbnails-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = (format: string) => join(folder, `${format}.webp`);

async function sizesOf(source: Buffer, orientation = 1): Promise<Record<string, string>> {
  const made = await makeThumbnails({ source, orientation }, folder);
  for (const { format, width, height } of made) {
    const { width: w, height: h, format: type } = await new Bun.Image(fileOf(format)).metadata();
    expect({ format, w, h, type }).toEqual({ format, w: width, h: height, type: "webp" });
  }
  return Object.fromEntries(
    made.map(({ format, width, height }) => [format, `${width}x${height}`]),
  );
}

describe("the sizes", () => {
  test("of a large picture: squares, and the others as they fit in", async () => {
    expect(await sizesOf(await jpeg(quarters(2400, 1800)))).toEqual({
      quad50: "50x50",
      quad75: "75x75",
      quad100: "100x100",
      small: "200x150",
      medium: "260x195",
      portrait: "300x225",
      standard: "600x450",
      large: "1600x1200",
    });
    expect((await readdir(folder)).toSorted()).toEqual(
      FORMAT_NAMES.map((name) => `${name}.webp`).toSorted(),
    );
  });

  test("of a small one: nothing is enlarged", async () => {
    const sizes = await sizesOf(quarters(80, 60));
    expect(sizes).toMatchObject({ quad50: "50x50", quad75: "60x60", quad100: "60x60" });
    expect(sizes).toMatchObject({ small: "80x60", large: "80x60" });
  });

  test.each([
    [1, 1],
    [9000, 3],
    [3, 9000],
  ])("of one of %d × %d: never less than a pixel", async (width, height) => {
    const sizes = Object.values(await sizesOf(bitmap(width, height, () => RED)));
    for (const size of sizes) expect(size).toMatch(/^[1-9]\d*x[1-9]\d*$/);
  });
});

test("a square is the middle of the picture", async () => {
  // Red, a green square in the middle, blue.
  const source = bitmap(900, 300, (x) => (x < 300 ? RED : x < 600 ? GREEN : BLUE));
  await makeThumbnails({ source, orientation: 1 }, folder);
  const places = [
    [0.08, 0.5],
    [0.5, 0.5],
    [0.92, 0.5],
  ] as const;
  for (const format of ["quad50", "quad75", "quad100"]) {
    expect((await pixelsOf(fileOf(format), places)).map(nameOf)).toEqual(Array(3).fill("green"));
  }
  expect((await pixelsOf(fileOf("small"), places)).map(nameOf)).toEqual(["red", "green", "blue"]);
});

/** EXIF 2.32, tag 0x0112: what a viewer shows of red green / blue white. */
const TURNED = {
  1: "red green blue white",
  2: "green red white blue",
  3: "white blue green red",
  4: "blue white red green",
  5: "red blue green white",
  6: "blue red white green",
  7: "white green blue red",
  8: "green white red blue",
};

describe.each(Object.entries(TURNED))("orientation %s", (orientation, shown) => {
  test("of a JPEG is applied to each thumbnail", async () => {
    const source = await jpegWithExif(quarters(640, 480), Number(orientation));
    const sizes = await sizesOf(source);
    expect(sizes["small"]).toBe(Number(orientation) > 4 ? "150x200" : "200x150");
    for (const format of ["quad50", "small", "large"]) {
      expect([format, await quartersOf(fileOf(format))]).toEqual([format, shown]);
    }
  });

  test("that is known of another picture is applied the same way", async () => {
    const sizes = await sizesOf(quarters(640, 480), Number(orientation));
    expect(sizes["small"]).toBe(Number(orientation) > 4 ? "150x200" : "200x150");
    expect(await quartersOf(fileOf("small"))).toBe(shown);
  });
});

test("a transparent picture stays transparent", async () => {
  // Red, its left half seen through.
  const rows = Buffer.alloc(64 * (64 * 4 + 1));
  for (let y = 0; y < 64; y += 1) {
    for (let x = 0; x < 64; x += 1) rows.set([255, 0, 0, x < 32 ? 0 : 255], y * 257 + 1 + x * 4);
  }
  await makeThumbnails({ source: pngOf(64, 64, deflateSync(rows), 6), orientation: 1 }, folder);
  for (const format of FORMAT_NAMES) {
    const [left, right] = await pixelsOf(fileOf(format), [
      [0.2, 0.5],
      [0.8, 0.5],
    ]);
    expect([format, left?.[3], right?.[3]]).toEqual([format, 0, 255]);
    expect(nameOf(right?.slice(0, 3) ?? [])).toBe("red");
  }
});

test("no thumbnail has metadata", async () => {
  const source = await jpegWithExif(quarters(640, 480), 1);
  expect(source.includes(SECRET_PLACE)).toBe(true);
  await makeThumbnails({ source, orientation: 1 }, folder);
  for (const format of FORMAT_NAMES) {
    const bytes = Buffer.from(await Bun.file(fileOf(format)).bytes());
    for (const word of ["EXIF", "XMP ", "ICCP", SECRET_PLACE]) {
      expect([format, word, bytes.includes(word)]).toEqual([format, word, false]);
    }
  }
});

test("an animated WebP is refused by the decoder, which is why its first frame is taken out", async () => {
  const source = await animatedWebp(64, 48, [quarters(64, 48), bitmap(64, 48, () => RED)]);
  await expect(makeThumbnails({ source, orientation: 1 }, folder)).rejects.toMatchObject({
    code: "ERR_IMAGE_DECODE_FAILED",
  });
});

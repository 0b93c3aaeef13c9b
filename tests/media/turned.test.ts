import { expect, test } from "bun:test";
import { factsOfBytes, fixture } from "../support/media-facts.ts";

/** Width and height are those of the picture as it is shown. */

/** The offset of a JPEG's EXIF (a TIFF), and of the value of one of its tags in the first directory. */
const tiffAt = (jpeg: Buffer) => jpeg.indexOf("Exif\0\0", 0, "latin1") + 6;
const withTag = (tag: number, value: number): Buffer => {
  const jpeg = Buffer.from(fixture("camera.jpg"));
  const at = jpeg.indexOf(Buffer.from([tag >> 8, tag & 255, 0, 3]), tiffAt(jpeg));
  jpeg.writeUInt16BE(value, at + 8);
  return jpeg;
};

test.each([1, 2, 3, 4])("orientation %i keeps width and height", async (orientation) => {
  const facts = await factsOfBytes(withTag(0x0112, orientation));
  expect(facts).toMatchObject({ orientation, width: 64, height: 48 });
});

test.each([5, 6, 7, 8])("orientation %i exchanges them: they are as shown", async (orientation) => {
  const facts = await factsOfBytes(withTag(0x0112, orientation));
  expect(facts).toMatchObject({ orientation, width: 48, height: 64 });
});

test.each([0, 9, 65_535])("orientation %i is none", async (orientation) => {
  const facts = await factsOfBytes(withTag(0x0112, orientation));
  expect(facts).toMatchObject({ orientation: null, width: 64, height: 48 });
});

/** A HEIC whose property about bits per pixel is another one, in the same room. */
const withProperty = (name: string, value: number): Buffer => {
  const heic = Buffer.from(fixture("camera.heic"));
  const at = heic.indexOf("pixi", 0, "latin1");
  heic.write(name, at, "latin1");
  heic[at + 4] = value;
  return heic;
};

test.each([
  ["irot", 0, 1],
  ["irot", 1, 8],
  ["irot", 2, 3],
  ["irot", 3, 6],
  ["imir", 0, 4],
  ["imir", 1, 2],
])("HEIC: %s %i is orientation %i", async (name, value, orientation) => {
  const facts = await factsOfBytes(withProperty(name, value));
  const [width, height] = orientation >= 5 ? [48, 64] : [64, 48];
  expect(facts).toMatchObject({ orientation, width, height });
});

/** An MP4 with another matrix in its track of pictures. */
const withMatrix = ([a, b, c, d]: number[]): Buffer => {
  const mp4 = Buffer.from(fixture("first.mp4"));
  const matrix = mp4.indexOf("tkhd", 0, "latin1") + 4 + 40;
  for (const [i, value] of [a, b, 0, c, d].entries()) {
    mp4.writeInt32BE((value ?? 0) * 65_536, matrix + i * 4);
  }
  return mp4;
};

// As phones write them: a quarter clockwise is (0 1 -1 0).
test.each([
  [[1, 0, 0, 1], 1],
  [[0, 1, -1, 0], 6],
  [[-1, 0, 0, -1], 3],
  [[0, -1, 1, 0], 8],
  [[-1, 0, 0, 1], 2],
  [[1, 1, -1, 1], null],
])("MP4: the matrix %p is orientation %p", async (matrix, orientation) => {
  const facts = await factsOfBytes(withMatrix(matrix));
  const [width, height] = (orientation ?? 1) >= 5 ? [48, 64] : [64, 48];
  expect(facts).toMatchObject({ orientation, width, height });
});

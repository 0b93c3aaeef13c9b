import { crc32, inflateSync } from "node:zlib";

/** Pictures of known pixels, made here so that no binary lies in the repository. */

export type Pixel = readonly [red: number, green: number, blue: number];

export const RED: Pixel = [255, 0, 0];
export const GREEN: Pixel = [0, 200, 0];
export const BLUE: Pixel = [0, 0, 255];
export const WHITE: Pixel = [255, 255, 255];

/** Red, green, blue and white in the four quarters, from the top left on. */
export function quarters(width: number, height: number): Buffer {
  return bitmap(width, height, (x, y) =>
    y < height / 2 ? (x < width / 2 ? RED : GREEN) : x < width / 2 ? BLUE : WHITE,
  );
}

/** A BMP, which Bun.Image makes everything else of. */
export function bitmap(
  width: number,
  height: number,
  pixelAt: (x: number, y: number) => Pixel,
): Buffer {
  const row = (width * 3 + 3) & ~3;
  const file = Buffer.alloc(54 + row * height);
  file.write("BM");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      file.set(pixelAt(x, height - 1 - y).toReversed(), 54 + y * row + x * 3);
    }
  }
  return file;
}

export async function jpeg(of: Buffer, quality = 90): Promise<Buffer<ArrayBuffer>> {
  return Buffer.from(await new Bun.Image(of).jpeg({ quality }).bytes());
}

/** With these EXIF fields: the orientation, and the camera's maker: a place, unless said, by which a leak is found. */
export async function jpegWithExif(
  of: Buffer,
  orientation: number,
  maker = SECRET_PLACE,
): Promise<Buffer<ArrayBuffer>> {
  const file = await jpeg(of);
  const exif = Buffer.concat([Buffer.from("Exif\0\0"), exifOf(orientation, maker)]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(exif.length + 2, 2);
  return Buffer.concat([file.subarray(0, 2), head, exif, file.subarray(2)]);
}

export const SECRET_PLACE = "59.9139N-10.7522E";

function exifOf(orientation: number, maker: string): Buffer {
  const text = Buffer.from(`${maker}\0`);
  const tiff = Buffer.alloc(38);
  tiff.write("II*\0", "latin1");
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(2, 8);
  // Orientation, a short.
  tiff.writeUInt16LE(0x112, 10);
  tiff.writeUInt16LE(3, 12);
  tiff.writeUInt32LE(1, 14);
  tiff.writeUInt16LE(orientation, 18);
  // The camera's maker, text behind the list.
  tiff.writeUInt16LE(0x10f, 22);
  tiff.writeUInt16LE(2, 24);
  tiff.writeUInt32LE(text.length, 26);
  tiff.writeUInt32LE(38, 30);
  return Buffer.concat([tiff, text]);
}

/** A PNG of any header: with few bytes of pixels it is a bomb, or damaged. */
export function pngOf(width: number, height: number, deflated: Buffer, colourType = 2): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  head[9] = colourType;
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    pngChunk("IHDR", head),
    pngChunk("IDAT", deflated),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

function pngChunk(name: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(name, 4, "latin1");
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

/** A GIF of frames of one colour each, in codes that are not compressed. */
export function gif(width: number, height: number, frames: readonly Pixel[]): Buffer {
  const head = Buffer.alloc(13);
  head.write("GIF89a");
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  // A palette of four colours.
  head[10] = 0x91;
  const palette = Buffer.alloc(12);
  frames.slice(0, 4).forEach((pixel, at) => palette.set(pixel, at * 3));
  const parts = frames.slice(0, 4).map((_, colour) => {
    const descriptor = Buffer.alloc(10);
    descriptor[0] = 0x2c;
    descriptor.writeUInt16LE(width, 5);
    descriptor.writeUInt16LE(height, 7);
    return Buffer.concat([
      Buffer.from([0x21, 0xf9, 4, 0, 10, 0, 0, 0]),
      descriptor,
      gifPixels(width * height, colour),
    ]);
  });
  return Buffer.concat([head, palette, ...parts, Buffer.from([0x3b])]);
}

/** Codes of three bits; the table is cleared before it would need more. */
function gifPixels(count: number, colour: number): Buffer {
  const [clear, end] = [4, 5];
  const codes: number[] = [];
  for (let at = 0; at < count; at += 1) {
    if (at % 2 === 0) codes.push(clear);
    codes.push(colour);
  }
  codes.push(end);
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const code of codes) {
    held |= code << bits;
    bits += 3;
    while (bits >= 8) {
      bytes.push(held & 255);
      held >>= 8;
      bits -= 8;
    }
  }
  bytes.push(held & 255);
  const blocks: number[] = [2];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.slice(at, at + 255);
    blocks.push(block.length, ...block);
  }
  return Buffer.from([...blocks, 0]);
}

/** An animated WebP of these pictures. */
export async function animatedWebp(
  width: number,
  height: number,
  frames: readonly Buffer[],
): Promise<Buffer<ArrayBuffer>> {
  const size = Buffer.alloc(6);
  size.writeUIntLE(width - 1, 0, 3);
  size.writeUIntLE(height - 1, 3, 3);
  const parts = [
    riffChunk("VP8X", Buffer.concat([Buffer.from([2, 0, 0, 0]), size])),
    riffChunk("ANIM", Buffer.alloc(6)),
  ];
  for (const frame of frames) {
    const webp = Buffer.from(await new Bun.Image(frame).webp({ quality: 90 }).bytes());
    const head = Buffer.concat([Buffer.alloc(6), size, Buffer.from([100, 0, 0, 0])]);
    parts.push(riffChunk("ANMF", Buffer.concat([head, webp.subarray(12)])));
  }
  return webpOf(parts);
}

/** A WebP of these chunks. */
export function webpOf(chunks: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  return riffChunk("RIFF", Buffer.concat([Buffer.from("WEBP"), ...chunks]));
}

export function riffChunk(name: string, data: Buffer): Buffer<ArrayBuffer> {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** What is at some places of a picture, each a fraction of its width and height. */
export async function pixelsOf(
  picture: Uint8Array | string,
  places: readonly (readonly [number, number])[],
): Promise<number[][]> {
  const png = Buffer.from(await new Bun.Image(picture).png({ compressionLevel: 0 }).bytes());
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = png[25] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") {
      parts.push(png.subarray(at + 8, at + 8 + length));
    }
    at += 12 + length;
  }
  const rows = inflateSync(Buffer.concat(parts));
  return places.map(([x, y]) => {
    const row = Math.min(height - 1, Math.floor(y * height)) * (width * channels + 1);
    const at = row + 1 + Math.min(width - 1, Math.floor(x * width)) * channels;
    return [...rows.subarray(at, at + channels)];
  });
}

const QUARTERS = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const;

const NAMES: [string, Pixel][] = [
  ["red", RED],
  ["green", GREEN],
  ["blue", BLUE],
  ["white", WHITE],
];

/** The colours in the middle of the four quarters, from the top left on, by name. */
export async function quartersOf(picture: Uint8Array | string): Promise<string> {
  const pixels = await pixelsOf(picture, QUARTERS);
  return pixels.map(nameOf).join(" ");
}

/** The nearest of the colours above. */
export function nameOf(pixel: readonly number[]): string {
  const far = (other: Pixel) =>
    other.reduce((sum, value, at) => sum + Math.abs(value - (pixel[at] ?? 0)), 0);
  const [nearest] = NAMES.toSorted(([, one], [, other]) => far(one) - far(other));
  return nearest && far(nearest[1]) < 120 ? nearest[0] : `(${pixel.join(", ")})`;
}

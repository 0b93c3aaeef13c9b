import { expect, test } from "bun:test";
import { NO_FACTS } from "../../src/media/facts.ts";
import { factsOfBytes, fixture } from "../support/media-facts.ts";

/** Formats of cameras, made here: real ones are large, and somebody's. */

const box = (name: string, ...content: Uint8Array[]) => {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(name, 4, "latin1");
  return Buffer.concat([head, body]);
};

type Tag = [tag: number, type: 2 | 3 | 4, value: number | string];

/** A TIFF of directories: each the next one of the one before, but for the second, which the first one's tag 0x14a points to. */
function tiff(magic: number, ...directories: Tag[][]): Buffer {
  const file = Buffer.alloc(2000);
  file.write("II");
  file.writeUInt16LE(magic, 2);
  file.writeUInt32LE(16, 4);
  for (const [n, tags] of directories.entries()) {
    const start = 16 + n * 300;
    file.writeUInt16LE(tags.length, start);
    for (const [i, [tag, type, value]] of tags.entries()) {
      const at = start + 2 + i * 12;
      file.writeUInt16LE(tag, at);
      file.writeUInt16LE(type, at + 2);
      file.writeUInt32LE(typeof value === "string" ? value.length + 1 : 1, at + 4);
      if (typeof value === "number") file.writeUInt32LE(value, at + 8);
      else {
        file.writeUInt32LE(start + 200 + i * 20, at + 8);
        file.write(value, start + 200 + i * 20);
      }
    }
  }
  return file;
}
const thumbnail: Tag[] = [
  [0xfe, 4, 1],
  [0x100, 4, 160],
  [0x101, 4, 120],
];

test.each([
  ["image/x-nikon-nef", 42],
  ["image/x-sony-arw", 42],
  ["image/x-adobe-dng", 42],
  ["image/x-olympus-orf", 0x4f52],
])(
  "%s: the size is that of the raw picture, not of the small one before it",
  async (type, magic) => {
    const file = tiff(
      magic,
      [...thumbnail, [0x110, 2, "NIKON Z 9"], [0x14a, 4, 316]],
      [
        [0x100, 4, 8256],
        [0x101, 3, 5504],
      ],
    );
    expect(await factsOfBytes(file, type)).toMatchObject({
      width: 8256,
      height: 5504,
      camera: "NIKON Z 9",
    });
  },
);

test("Panasonic's RW2 has the borders of its sensor", async () => {
  const file = tiff(0x55, [
    [4, 3, 10],
    [5, 3, 20],
    [6, 3, 3010],
    [7, 3, 4020],
  ]);
  expect(await factsOfBytes(file, "image/x-panasonic-rw2")).toMatchObject({
    width: 4000,
    height: 3000,
  });
});

test("Canon's CR3 has its EXIF in boxes", async () => {
  const canon = Buffer.from("85c0b687820f11e08111f4ce462b6a48", "hex");
  const cmt1 = tiff(42, [
    [0x100, 3, 6000],
    [0x101, 3, 4000],
    [0x110, 2, "Canon R6"],
    [0x112, 3, 8],
  ]);
  const cmt2 = tiff(42, [[0x9003, 2, "2023:05:01 10:11"]]);
  const file = Buffer.concat([
    box("ftyp", Buffer.from("crx \0\0\0\0crx ")),
    box(
      "moov",
      box("uuid", canon, box("CMT1", cmt1), box("CMT2", cmt2), box("CMT4", tiff(42, []))),
    ),
  ]);
  expect(await factsOfBytes(file, "image/x-canon-cr3")).toEqual({
    ...NO_FACTS,
    width: 4000,
    height: 6000,
    orientation: 8,
    camera: "Canon R6",
    hasGps: false,
    capturedAt: Date.UTC(2023, 4, 1, 10, 11),
  });
});

test("Fujifilm's RAF has EXIF in a JPEG, and its size in a list", async () => {
  const jpeg = fixture("camera.jpg");
  const file = Buffer.alloc(3000);
  file.write("FUJIFILMCCD-RAW ");
  for (const [at, value] of [
    [84, 200],
    [88, jpeg.length],
    [92, 2000],
    [96, 20],
    [2000, 1],
    [2004, 0x0111_0004],
  ]) {
    file.writeUInt32BE(value ?? 0, at);
  }
  file.writeUInt16BE(4160, 2008);
  file.writeUInt16BE(6240, 2010);
  jpeg.copy(file, 200);
  expect(await factsOfBytes(file, "image/x-fujifilm-raf")).toMatchObject({
    width: 6240,
    height: 4160,
    camera: "NIKON D850",
    hasGps: true,
  });
});

import { expect, test } from "bun:test";
import { factsOfBytes, fixture } from "../support/media-facts.ts";

const edited = (from: string, to: string): Buffer => {
  const jpeg = fixture("camera.jpg").toString("latin1");
  expect(jpeg).toContain(from);
  return Buffer.from(jpeg.replace(from, to.padEnd(from.length, "\0")), "latin1");
};

test.each([
  ["NIKON D850", "D850", "NIKON CORPORATION D850"],
  ["NIKON D850", "", "NIKON CORPORATION"],
  ["NIKON CORPORATION", "Apple", "Apple NIKON D850"],
  ["NIKON D850", "D\n8\u0001\u001b5", "NIKON CORPORATION D 8 5"],
  ["NIKON CORPORATION", "\u00e2\u0080\u00aeKRAM", "KRAM NIKON D850"],
])("with %p instead of %p the camera is %p", async (from, to, camera) => {
  expect((await factsOfBytes(edited(from, to))).camera).toBe(camera);
});

test.each([
  ["2023:05:01 10:11:12", "    :  :     :  :  ", null],
  ["2023:05:01 10:11:12", "0000:00:00 00:00:00", null],
  ["2023:05:01 10:11:12", "2023:13:01 10:11:12", null],
  ["2023:05:01 10:11:12", "2023:02:31 10:11:12", null],
  ["2023:05:01 10:11:12", "2023:05:01 25:11:12", null],
  ["2023:05:01 10:11:12", "9999:05:01 10:11:12", null],
  ["2023:05:01 10:11:12", "1931:05:01 10:11:12", Date.UTC(1931, 4, 1, 8, 11, 12)],
  ["+02:00", "-05:30", Date.UTC(2023, 4, 1, 15, 41, 12)],
  ["+02:00", "      ", Date.UTC(2023, 4, 1, 10, 11, 12)],
  ["+02:00", "+99:99", Date.UTC(2023, 4, 1, 10, 11, 12)],
])("for %p, %p was taken at %p", async (from, to, capturedAt) => {
  expect((await factsOfBytes(edited(from, to))).capturedAt).toBe(capturedAt);
});

test("a camera without a fix writes fractions of 0/0: that is no place", async () => {
  const jpeg = Buffer.from(fixture("camera.jpg"));
  // 55 degrees, 40 minutes: where its latitude lies.
  const at = jpeg.indexOf(Buffer.from([0, 0, 0, 55, 0, 0, 0, 1, 0, 0, 0, 40]));
  expect(at).toBeGreaterThan(0);
  jpeg.fill(0, at, at + 24);
  expect((await factsOfBytes(jpeg)).hasGps).toBe(false);
});

test("where EXIF is cut before its places, they are not known", async () => {
  const jpeg = fixture("camera.jpg");
  const cut = jpeg.subarray(0, jpeg.indexOf("Exif", 0, "latin1") + 40);
  expect((await factsOfBytes(cut)).hasGps).toBeNull();
});

test("a movie's clock that counts from 1970 is taken for what it means", async () => {
  const mp4 = Buffer.from(fixture("last.mp4"));
  mp4.writeUInt32BE(1_682_935_872, mp4.indexOf("mvhd", 0, "latin1") + 8);
  expect((await factsOfBytes(mp4)).capturedAt).toBe(1_682_935_872_000);
});

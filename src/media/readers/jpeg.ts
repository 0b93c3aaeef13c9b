import { partOf, type Bytes, type FoundFacts } from "./bytes.ts";
import { readTiff } from "./tiff.ts";

const EXIF = Buffer.from("Exif\0\0", "latin1");

/** How many bytes between segments are passed over: some cameras fill up to a block. */
const MOST_FILLING = 64 * 1024;

/** A JPEG: its segments up to the frame header, which has its size (ITU-T T.81, B.1 and B.2.2). */
export async function readJpeg(bytes: Bytes, found: FoundFacts): Promise<void> {
  if (!(await bytes.read(0, 2)).equals(Buffer.from([0xff, 0xd8]))) return;
  let hasExif = false;
  let filling = 0;
  let at = 2;
  while (at < bytes.size) {
    const head = await bytes.read(at, 10);
    if (head.length < 4) return;
    if (head[0] !== 0xff || head[1] === 0xff || head[1] === 0) {
      if (++filling > MOST_FILLING) return;
      at += 1;
      continue;
    }
    const marker = head[1] ?? 0;
    // Markers that stand alone have no length.
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    if (marker === 0xd9 || marker === 0xda) return;
    const length = head.readUInt16BE(2);
    if (marker === 0xe1 && !hasExif && head.subarray(4, 10).equals(EXIF)) {
      hasExif = true;
      await readTiff(partOf(bytes, at + 10, length - 8), found, false);
    }
    if (isFrame(marker)) {
      if (!hasExif) found.hasGps = false;
      const frame = await bytes.read(at + 5, 4);
      found.height = frame.readUInt16BE(0);
      found.width = frame.readUInt16BE(2);
      return;
    }
    at += 2 + Math.max(2, length);
  }
}

/** SOF0 to SOF15 but for DHT, JPG and DAC, which stand between them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

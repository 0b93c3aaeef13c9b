import { partOf, type Bytes, type FoundFacts } from "./bytes.ts";
import { readJpeg } from "./jpeg.ts";

/** In the list of what a RAF says of its sensor: the picture's height and width. */
const CROPPED_SIZE = 0x0111;
const MOST_ENTRIES = 256;

/** Fujifilm's RAF: a JPEG with EXIF, and the size of the raw picture in a list of its own (as ExifTool documents both). */
export async function readRaf(bytes: Bytes, found: FoundFacts): Promise<void> {
  const head = await bytes.read(0, 100);
  if (head.toString("latin1", 0, 15) !== "FUJIFILMCCD-RAW") return;
  await readJpeg(partOf(bytes, head.readUInt32BE(84), head.readUInt32BE(88)), found);
  const list = partOf(bytes, head.readUInt32BE(92), head.readUInt32BE(96));
  const count = (await list.read(0, 4)).readUInt32BE(0);
  let at = 4;
  for (let i = 0; i < Math.min(count, MOST_ENTRIES); i++) {
    const entry = await list.read(at, 8);
    if (entry.readUInt16BE(0) === CROPPED_SIZE) {
      found.height = entry.readUInt16BE(4);
      found.width = entry.readUInt16BE(6);
      return;
    }
    at += 4 + entry.readUInt16BE(2);
  }
}

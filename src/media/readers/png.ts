import { partOf, type Bytes, type FoundFacts } from "./bytes.ts";
import { readTiff } from "./tiff.ts";

/** More chunks than a picture of a hundred megapixels has. */
const MOST_CHUNKS = 20_000;

/** A PNG: its header, and EXIF in the chunk eXIf, which may stand behind the picture (PNG, third edition, 5.3 and 11.3.4.4). */
export async function readPng(bytes: Bytes, found: FoundFacts): Promise<void> {
  const head = await bytes.read(0, 24);
  if (head.toString("latin1", 1, 4) !== "PNG" || head.toString("latin1", 12, 16) !== "IHDR") return;
  found.width = head.readUInt32BE(16);
  found.height = head.readUInt32BE(20);
  let at = 8;
  for (let chunks = 0; chunks < MOST_CHUNKS; chunks++) {
    const chunk = await bytes.read(at, 8);
    if (chunk.length < 8) return;
    const length = chunk.readUInt32BE(0);
    const name = chunk.toString("latin1", 4, 8);
    if (name === "eXIf") return readTiff(partOf(bytes, at + 8, length), found, false);
    if (name === "IEND") {
      found.hasGps = false;
      return;
    }
    at += 12 + length;
  }
}

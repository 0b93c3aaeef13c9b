import { partOf, type Bytes, type FoundFacts } from "./bytes.ts";
import { readTiff } from "./tiff.ts";

/** More than an animation of an hour has. */
const MOST_CHUNKS = 20_000;

/** A WebP: its size is in its first chunk, EXIF behind the picture (RFC 9649, 2). */
export async function readWebp(bytes: Bytes, found: FoundFacts): Promise<void> {
  const head = await bytes.read(0, 30);
  if (head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WEBP") return;
  const first = head.toString("latin1", 12, 16);
  if (first !== "VP8X") {
    found.hasGps = false;
    return readSimple(first, head, found);
  }
  found.width = head.readUIntLE(24, 3) + 1;
  found.height = head.readUIntLE(27, 3) + 1;
  // Bit 3 of its flags: there is EXIF.
  if (((head[20] ?? 0) & 8) === 0) {
    found.hasGps = false;
    return;
  }
  let at = 12;
  for (let chunks = 0; chunks < MOST_CHUNKS; chunks++) {
    const chunk = await bytes.read(at, 14);
    if (chunk.length < 8) return;
    const length = chunk.readUInt32LE(4);
    if (chunk.toString("latin1", 0, 4) === "EXIF") {
      // Some programs write the words in front of it that JPEG has.
      const skip = chunk.toString("latin1", 8, 14) === "Exif\0\0" ? 6 : 0;
      return readTiff(partOf(bytes, at + 8 + skip, length - skip), found, false);
    }
    at += 8 + length + (length % 2);
  }
}

/** A file of nothing but a picture: lossy (RFC 6386, 9.1) or lossless (RFC 9649, 3.4). */
function readSimple(chunk: string, head: Buffer, found: FoundFacts): void {
  if (chunk === "VP8 " && head.readUIntBE(23, 3) === 0x9d012a) {
    found.width = head.readUInt16LE(26) & 0x3fff;
    found.height = head.readUInt16LE(28) & 0x3fff;
  }
  if (chunk === "VP8L" && head[20] === 0x2f) {
    const packed = head.readUInt32LE(21);
    found.width = (packed & 0x3fff) + 1;
    found.height = ((packed >>> 14) & 0x3fff) + 1;
  }
}

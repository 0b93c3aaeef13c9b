import type { Bytes, FoundFacts } from "./bytes.ts";

/** A GIF: the size of its screen (GIF89a, 18). Neither GIF nor BMP has room for EXIF. */
export async function readGif(bytes: Bytes, found: FoundFacts): Promise<void> {
  const head = await bytes.read(0, 10);
  if (head.toString("latin1", 0, 4) !== "GIF8") return;
  found.hasGps = false;
  found.width = head.readUInt16LE(6);
  found.height = head.readUInt16LE(8);
}

/** A BMP: its header of OS/2's time has 16 bits for a size, all later ones 32, with a negative height where rows go down. */
export async function readBmp(bytes: Bytes, found: FoundFacts): Promise<void> {
  const head = await bytes.read(0, 26);
  if (head.toString("latin1", 0, 2) !== "BM") return;
  found.hasGps = false;
  const early = head.readUInt32LE(14) === 12;
  found.width = early ? head.readUInt16LE(18) : head.readInt32LE(18);
  found.height = early ? head.readUInt16LE(20) : Math.abs(head.readInt32LE(22));
}

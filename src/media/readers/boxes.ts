import { partOf, type Bytes } from "./bytes.ts";

/** A box of ISO/IEC 14496-12 (MP4, QuickTime, HEIF): four letters, and what is in it. */
export type Box = { name: string; content: Bytes };

/** More boxes side by side than any honest file has whose facts are within reach. */
const MOST_BOXES = 4096;

/**
 * The boxes that lie side by side in these bytes, in their order. What is in them is not read.
 * Ends at the first one that cannot be: what is behind it has no beginning.
 */
export async function* boxesIn(bytes: Bytes, from = 0): AsyncGenerator<Box> {
  let at = from;
  for (let boxes = 0; boxes < MOST_BOXES; boxes++) {
    const head = await bytes.read(at, 16);
    if (head.length < 8) return;
    let header = 8;
    let size = head.readUInt32BE(0);
    if (size === 1) {
      if (head.length < 16) return;
      header = 16;
      size = Number(head.readBigUInt64BE(8));
    }
    // 0: to the end.
    if (size === 0) size = bytes.size - at;
    if (size < header) return;
    const name = head.toString("latin1", 4, 8);
    yield { name, content: partOf(bytes, at + header, size - header) };
    at += size;
  }
}

/** The first box of a name. */
export async function boxNamed(bytes: Bytes, name: string, from = 0): Promise<Bytes | undefined> {
  for await (const box of boxesIn(bytes, from)) {
    if (box.name === name) return box.content;
  }
  return undefined;
}

/** What is in a box that is known to be small; of a larger one, its beginning. */
export function readSmall(content: Bytes, most = 64 * 1024): Promise<Buffer> {
  return content.read(0, Math.min(content.size, most));
}

import { boxesIn } from "./boxes.ts";
import { partOf, type Bytes, type FoundFacts } from "./bytes.ts";
import { readTiff } from "./tiff.ts";

/** Width to height, by their number in the header (ISO/IEC 18181-1, D.2). 0: width stands for itself. */
const RATIOS = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2];

/**
 * A JPEG XL: bare, or in boxes (ISO/IEC 18181-2) with EXIF beside it, whose orientation says nothing: the picture has its own. EXIF
 * that is compressed is not read.
 */
export async function readJxl(bytes: Bytes, found: FoundFacts): Promise<void> {
  if ((await bytes.read(0, 2)).equals(Buffer.from([0xff, 0x0a]))) {
    readHeader(await bytes.read(2, 16), found);
    found.hasGps = false;
    return;
  }
  let header: Buffer | undefined;
  let compressed = false;
  for await (const { name, content } of boxesIn(bytes)) {
    // In one box, or in parts, which begin with their number.
    if (name === "jxlc") header ??= await content.read(2, 16);
    if (name === "jxlp") header ??= await content.read(6, 16);
    if (name === "brob" && (await content.read(0, 4)).toString("latin1") === "Exif")
      compressed = true;
    if (name === "Exif") {
      const skip = (await content.read(0, 4)).readUInt32BE(0);
      await readTiff(partOf(content, 4 + skip), found, false);
    }
  }
  delete found.orientation;
  if (header) readHeader(header, found);
  if (!compressed && header) found.hasGps ??= false;
}

/** Size and orientation: numbers of few bits, the lowest bit of each byte first. */
function readHeader(data: Buffer, found: FoundFacts): void {
  let bit = 0;
  const take = (bits: number): number => {
    let value = 0;
    for (let i = 0; i < bits; i++, bit++) {
      if (((data.readUInt8(bit >> 3) >> (bit & 7)) & 1) === 1) value += 2 ** i;
    }
    return value;
  };
  const small = take(1) === 1;
  const length = () => (small ? (take(5) + 1) * 8 : take([9, 13, 18, 30][take(2)] ?? 9) + 1);
  const height = length();
  const ratio = take(3);
  found.height = height;
  found.width = ratio === 0 ? length() : Math.floor(height * (RATIOS[ratio] ?? 1) + 1e-9);
  const plain = take(1) === 1;
  const extra = !plain && take(1) === 1;
  found.orientation = extra ? take(3) + 1 : 1;
}

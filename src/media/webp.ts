/**
 * WebP files as chunks (RIFF; developers.google.com/speed/webp/docs/riff_container). Every length in a file is
 * checked against what is there.
 */
type Chunk = { name: string; data: Buffer };

const ALPHA = 0x10;
const ICC = 0x20;

/** A colour profile of a camera or screen has some hundred bytes; a larger one stays with the original. */
const LARGEST_PROFILE = 4096;

/**
 * The first picture of an animation as a WebP of its own, which a decoder for single pictures reads. Undefined where
 * the file is no animated WebP.
 */
export function firstFrame(file: Buffer): Buffer | undefined {
  const frame = chunksOf(file)?.find(({ name }) => name === "ANMF")?.data;
  if (!frame || frame.length < 16) return undefined;
  const width = frame.readUIntLE(6, 3) + 1;
  const height = frame.readUIntLE(9, 3) + 1;
  const picture = readChunks(frame.subarray(16)).filter(({ name }) =>
    ["ALPH", "VP8 ", "VP8L"].includes(name),
  );
  const hasAlpha = picture.some(({ name }) => name === "ALPH");
  return webpOf(hasAlpha ? [extended(ALPHA, width, height), ...picture] : picture);
}

/** The picture without what is beside it: EXIF, XMP, and a colour profile that is larger than any thumbnail needs. */
export function withoutMetadata(file: Buffer): Buffer {
  const chunks = chunksOf(file);
  if (!chunks) throw new Error("This is no WebP file");
  const kept = chunks.filter(({ name, data }) =>
    name === "ICCP"
      ? data.length <= LARGEST_PROFILE
      : ["VP8X", "ALPH", "VP8 ", "VP8L"].includes(name),
  );
  const hasProfile = kept.some(({ name }) => name === "ICCP");
  return webpOf(
    kept.map((chunk) => {
      if (chunk.name !== "VP8X") return chunk;
      const data = Buffer.from(chunk.data);
      data[0] = ((data[0] ?? 0) & ALPHA) | (hasProfile ? ICC : 0);
      return { name: "VP8X", data };
    }),
  );
}

function chunksOf(file: Buffer): Chunk[] | undefined {
  const isWebp =
    file.toString("latin1", 0, 4) === "RIFF" && file.toString("latin1", 8, 12) === "WEBP";
  return isWebp ? readChunks(file.subarray(12)) : undefined;
}

/** Those that are there whole. */
function readChunks(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    const end = at + 8 + length;
    if (end > bytes.length) break;
    chunks.push({ name: bytes.toString("latin1", at, at + 4), data: bytes.subarray(at + 8, end) });
    at = end + (length % 2);
  }
  return chunks;
}

function extended(flags: number, width: number, height: number): Chunk {
  const data = Buffer.alloc(10);
  data[0] = flags;
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return { name: "VP8X", data };
}

function webpOf(chunks: readonly Chunk[]): Buffer {
  const body = chunks.flatMap(({ name, data }) => {
    const head = Buffer.alloc(8);
    head.write(name, "latin1");
    head.writeUInt32LE(data.length, 4);
    return [head, data, Buffer.alloc(data.length % 2)];
  });
  const head = Buffer.alloc(12);
  head.write("RIFF", "latin1");
  head.write("WEBP", 8, "latin1");
  head.writeUInt32LE(4 + body.reduce((sum, part) => sum + part.length, 0), 4);
  return Buffer.concat([head, ...body]);
}

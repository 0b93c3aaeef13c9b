import { crc32, deflateSync, inflateSync } from "node:zlib";

/**
 * Cuts the square out of the middle of a picture, which Bun.Image cannot: by the rows of a PNG, which is what
 * Bun.Image has written itself, with eight bits a channel and without filters.
 * @returns a PNG, with the colour profile of the other
 */
export function squareOf(png: Buffer): Buffer {
  const chunks = readPng(png);
  const head = chunks.find(({ name }) => name === "IHDR")?.data;
  if (!head || head[8] !== 8) throw new Error("This is no PNG of eight bits");
  const width = head.readUInt32BE(0);
  const height = head.readUInt32BE(4);
  const channels = CHANNELS[head[9] ?? 0];
  if (channels === undefined) throw new Error(`A PNG of colour type ${head[9]} is not expected`);
  const side = Math.min(width, height);
  const rows = inflateSync(
    Buffer.concat(chunks.filter(({ name }) => name === "IDAT").map(({ data }) => data)),
    { maxOutputLength: (width * channels + 1) * height },
  );
  const left = Math.floor((width - side) / 2) * channels;
  const top = Math.floor((height - side) / 2);
  const cut = Buffer.alloc((side * channels + 1) * side);
  for (let row = 0; row < side; row += 1) {
    const from = (top + row) * (width * channels + 1);
    if (rows[from] !== 0) throw new Error("A PNG without filters was expected");
    rows.copy(
      cut,
      row * (side * channels + 1) + 1,
      from + 1 + left,
      from + 1 + left + side * channels,
    );
  }
  const newHead = Buffer.from(head);
  newHead.writeUInt32BE(side, 0);
  newHead.writeUInt32BE(side, 4);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", newHead),
    ...chunks.filter(({ name }) => name === "iCCP").map(({ name, data }) => chunk(name, data)),
    chunk("IDAT", deflateSync(cut, { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** By colour type: grey, RGB, grey with alpha, RGB with alpha. */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 4: 2, 6: 4 };

function readPng(png: Buffer): { name: string; data: Buffer }[] {
  const chunks: { name: string; data: Buffer }[] = [];
  for (let at = SIGNATURE.length; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({
      name: png.toString("latin1", at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

function chunk(name: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(12 + data.length);
  whole.writeUInt32BE(data.length, 0);
  whole.write(name, 4, "latin1");
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
  return whole;
}

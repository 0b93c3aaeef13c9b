import type { Bytes, FoundFacts } from "./bytes.ts";

/** A FLAC: its first block says how many samples there are, and how many make a second (RFC 9639, 8.2). */
export async function readFlac(bytes: Bytes, found: FoundFacts): Promise<void> {
  const head = await bytes.read(0, 26);
  if (head.toString("latin1", 0, 4) !== "fLaC") return;
  found.audioCodec = "flac";
  // Behind the block's own header: 20 bits, then 3 and 5 of other things, then 36 bits.
  const rate = head.readUIntBE(18, 3) >>> 4;
  const samples = (head.readUInt8(21) & 15) * 2 ** 32 + head.readUInt32BE(22);
  if (rate > 0 && samples > 0) found.duration = samples / rate;
}

/** What codecs are called, by the four letters of a sample entry. Others are called by their letters. */
const NAMES: Record<string, string> = {
  avc1: "h264",
  avc2: "h264",
  avc3: "h264",
  avc4: "h264",
  dva1: "h264",
  dvav: "h264",
  hvc1: "hevc",
  hev1: "hevc",
  dvh1: "hevc",
  dvhe: "hevc",
  vvc1: "vvc",
  vvi1: "vvc",
  av01: "av1",
  dav1: "av1",
  vp08: "vp8",
  vp09: "vp9",
  mp4v: "mpeg4",
  s263: "h263",
  h263: "h263",
  jpeg: "mjpeg",
  mjpa: "mjpeg",
  mjpb: "mjpeg",
  apch: "prores",
  apcn: "prores",
  apcs: "prores",
  apco: "prores",
  ap4h: "prores",
  ap4x: "prores",
  mp4a: "aac",
  opus: "opus",
  flac: "flac",
  "ac-3": "ac3",
  "ec-3": "eac3",
  alac: "alac",
  samr: "amr",
  sawb: "amr",
  ".mp3": "mp3",
  sowt: "pcm",
  twos: "pcm",
  lpcm: "pcm",
  ipcm: "pcm",
  fpcm: "pcm",
  in24: "pcm",
  in32: "pcm",
  fl32: "pcm",
  raw: "pcm",
};

/** The objects of MPEG-4 (ISO/IEC 14496-1, table 5) that a sample entry "mp4a" may stand for. */
const OBJECTS: Record<number, string> = {
  0x69: "mp3",
  0x6b: "mp3",
  0xa5: "ac3",
  0xa6: "eac3",
  0xad: "opus",
};

/**
 * The codec of a track, by the first of its sample descriptions (`stsd`, with its version and count in front).
 * @returns null where it has none; else a word of at most 16 letters and digits
 */
export function codecOfEntry(stsd: Buffer): string | null {
  const letters = stsd.toString("latin1", 12, 16).toLowerCase().trim();
  if (letters === "mp4a") {
    const object = objectType(stsd);
    if (object !== undefined && OBJECTS[object]) return OBJECTS[object];
  }
  return codecName(letters);
}

/** A word for a codec that a file names itself, where it has one. */
export function codecName(own: string): string | null {
  const word = own.replace(/[^\w.-]/g, "").slice(0, 16);
  return NAMES[own] ?? (word || null);
}

/** `esds`, descriptor 4 (DecoderConfig): its first byte is the object. Each length is of up to four bytes, all but the last with a first bit 1. */
function objectType(stsd: Buffer): number | undefined {
  const esds = stsd.indexOf("esds", 0, "latin1");
  if (esds === -1) return undefined;
  const config = stsd.subarray(esds + 8, esds + 64);
  const skipLength = (at: number) => {
    let next = at;
    while (next < at + 4 && ((config[next] ?? 0) & 0x80) !== 0) next += 1;
    return next + 1;
  };
  if (config[0] !== 3) return undefined;
  const flagsAt = skipLength(1) + 2;
  const flags = config[flagsAt] ?? 0;
  // Optional: another stream it depends on, an address with its length, a stream of clocks.
  let at = flagsAt + 1 + (flags & 0x80 ? 2 : 0);
  if (flags & 0x40) at += 1 + (config[at] ?? 0);
  if (flags & 0x20) at += 2;
  return config[at] === 4 ? config[skipLength(at + 1)] : undefined;
}

import { boxesIn, boxNamed, readSmall } from "./boxes.ts";
import { partOf, type Bytes, type FoundFacts } from "./bytes.ts";
import { codecOfEntry } from "./codecs.ts";
import { readMovieTags } from "./movie-tags.ts";
import { orientationOf } from "./orientation.ts";
import { readGpsTiff, readTiff } from "./tiff.ts";

/** More tracks than a file has in which the first picture and the first sound are not found. */
const MOST_TRACKS = 32;
/** Seconds from 1904, the epoch of these files, to 1970. */
const EPOCH = 2_082_844_800;
/** Canon's CR3 has its EXIF in a box of this id. */
const CANON = Buffer.from("85c0b687820f11e08111f4ce462b6a48", "hex");

/**
 * MP4, QuickTime and their kin (ISO/IEC 14496-12, 8): the headers of the movie and of its first tracks of pictures and of sound. The tables of
 * samples, which grow with the length of a movie to dozens of megabytes, are not read.
 * @returns whether it is in fragments: then its length may stand nowhere but in them
 */
export async function readMovie(bytes: Bytes, found: FoundFacts): Promise<{ fragmented: boolean }> {
  const moov = await boxNamed(bytes, "moov");
  if (!moov) return { fragmented: false };
  let [fragmented, timescale, fragmentsLast, tracks] = [false, 0, 0, 0];
  for await (const { name, content } of boxesIn(moov)) {
    if (name === "mvhd") timescale = readMovieHeader(await readSmall(content, 32), found);
    if (name === "trak" && ++tracks <= MOST_TRACKS) await readTrack(content, found);
    if (name === "mvex") {
      fragmented = true;
      const mehd = await boxNamed(content, "mehd");
      if (mehd) fragmentsLast = longAt(await readSmall(mehd, 12), 4);
    }
    if (name === "uuid" && (await content.read(0, 16)).equals(CANON))
      await readCanon(partOf(content, 16), found);
  }
  await readMovieTags(moov, found);
  if (fragmentsLast > 0 && timescale > 0) found.duration = fragmentsLast / timescale;
  return { fragmented };
}

/** Whether these headers have 64 bits for times. */
function isWide(header: Buffer): boolean {
  return header[0] === 1;
}

/** A number that has 32 bits, or 64 in version 1 of a header. All ones are "not known". */
function longAt(header: Buffer, at: number): number {
  if (!isWide(header)) {
    const value = header.readUInt32BE(at);
    return value === 0xffff_ffff ? 0 : value;
  }
  const value = header.readBigUInt64BE(at);
  return value === 0xffff_ffff_ffff_ffffn ? 0 : Number(value);
}

/** @returns units in a second */
function readMovieHeader(mvhd: Buffer, found: FoundFacts): number {
  const created = longAt(mvhd, 4);
  const times = isWide(mvhd) ? 20 : 12;
  const timescale = mvhd.readUInt32BE(times);
  // Some programs count from 1970 instead: before it there were no such files.
  if (created > 0) found.capturedAt ??= (created >= EPOCH ? created - EPOCH : created) * 1000;
  const length = longAt(mvhd, times + 4);
  if (timescale > 0 && length > 0) found.duration = length / timescale;
  return timescale;
}

async function readTrack(trak: Bytes, found: FoundFacts): Promise<void> {
  const mdia = await boxNamed(trak, "mdia");
  const hdlr = mdia && (await boxNamed(mdia, "hdlr"));
  if (!mdia || !hdlr) return;
  const kind = (await readSmall(hdlr, 12)).toString("latin1", 8, 12);
  const minf = await boxNamed(mdia, "minf");
  const stbl = minf && (await boxNamed(minf, "stbl"));
  const stsd = stbl && (await boxNamed(stbl, "stsd"));
  if (!stbl || !stsd) return;
  if (kind === "soun" && found.audioCodec === undefined) {
    found.audioCodec = await codecOfEntry(await readSmall(stsd));
  }
  if (kind !== "vide" || found.videoCodec !== undefined) return;
  const entry = await readSmall(stsd);
  found.videoCodec = await codecOfEntry(entry);
  const tkhd = await boxNamed(trak, "tkhd");
  if (tkhd) readTrackHeader(await readSmall(tkhd, 96), entry, found);
  found.frameRate = await frameRateOf(mdia, stbl);
}

/** Size and turn of a track of pictures. Its size is in square pixels; where it says none, that of the samples counts. */
function readTrackHeader(tkhd: Buffer, stsd: Buffer, found: FoundFacts): void {
  const matrix = isWide(tkhd) ? 52 : 40;
  const [width, height] = [tkhd.readUInt32BE(matrix + 36), tkhd.readUInt32BE(matrix + 40)];
  const [wide, high] = [Math.round(width / 65_536), Math.round(height / 65_536)];
  // A sample entry: behind the box's own 8 bytes and the entry's 8, size at 24 (12.1.3).
  found.width = wide || stsd.readUInt16BE(8 + 32);
  found.height = high || stsd.readUInt16BE(8 + 34);
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => tkhd.readInt32BE(matrix + at));
  // The matrix is written for rows: x' = a x + c y, y' = b x + d y.
  found.orientation = orientationOf([a ?? 0, c ?? 0, b ?? 0, d ?? 0]);
}

/** How many samples a track has, by how long it is. Null in fragments, whose samples are elsewhere. */
async function frameRateOf(mdia: Bytes, stbl: Bytes): Promise<number | null> {
  const mdhd = await boxNamed(mdia, "mdhd");
  const sizes = (await boxNamed(stbl, "stsz")) ?? (await boxNamed(stbl, "stz2"));
  if (!mdhd || !sizes) return null;
  const header = await readSmall(mdhd, 32);
  const times = isWide(header) ? 20 : 12;
  const seconds = longAt(header, times + 4) / header.readUInt32BE(times);
  const samples = (await readSmall(sizes, 12)).readUInt32BE(8);
  // A track of one picture has no rate.
  return samples > 1 && seconds > 0 ? samples / seconds : null;
}

/** Canon's CR3: its EXIF in pieces, each a TIFF. CMT1 has the size. */
async function readCanon(uuid: Bytes, found: FoundFacts): Promise<void> {
  for await (const { name, content } of boxesIn(uuid)) {
    if (name === "CMT1") await readTiff(content, found, true);
    if (name === "CMT2") await readTiff(content, found, false);
    if (name === "CMT4") await readGpsTiff(content, found);
  }
}

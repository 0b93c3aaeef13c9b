import type { Bytes, FoundFacts } from "./bytes.ts";
import { cameraName } from "./camera.ts";
import { readMoment } from "./moment.ts";

/** Tags of TIFF 6.0 and EXIF (CIPA DC-008) that say something here. */
const TAG = {
  kind: 0x00fe,
  width: 0x0100,
  height: 0x0101,
  make: 0x010f,
  model: 0x0110,
  orientation: 0x0112,
  subIfds: 0x014a,
  exif: 0x8769,
  gps: 0x8825,
  dateTimeOriginal: 0x9003,
  dateTimeDigitized: 0x9004,
  offsetTimeOriginal: 0x9011,
  offsetTimeDigitized: 0x9012,
} as const;

/** Panasonic's RW2 has the borders of its sensor instead of a size. */
const RW2 = { magic: 0x55, top: 4, left: 5, bottom: 6, right: 7 } as const;
/** 42 is TIFF's own; the others are those of Olympus' ORF. */
const MAGIC = new Set<number>([42, 0x4f52, 0x5352, RW2.magic]);

/** Bytes of a value of a type. */
const WIDTHS: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  13: 4,
};
/** More entries than any camera writes. */
const MOST_ENTRIES = 1000;
/** A file of this many pictures says no more with the next one. */
const MOST_IFDS = 24;

type Entry = { type: number; count: number; inline: Buffer };
/** A directory of a TIFF: its entries (all of them, unless the file ends before), and where the next one is (0: nowhere). */
type Ifd = { entries: Map<number, Entry>; whole: boolean; next: number };
type Tiff = { bytes: Bytes; little: boolean; magic: number; first: number };

/**
 * Reads a TIFF, which is what EXIF is written in, and most cameras' own formats as well. Directories are followed from
 * the first one alone, so that none can lead in a circle.
 * @param sizes whether its pictures are the file's own: the largest one's size counts. EXIF in another file has only a thumbnail.
 */
export async function readTiff(bytes: Bytes, found: FoundFacts, sizes: boolean): Promise<void> {
  const tiff = await openTiff(bytes);
  if (!tiff) return;
  const main = await readIfd(tiff, tiff.first);
  if (!main) return;
  const [orientation] = await numbers(tiff, main.entries.get(TAG.orientation), 1);
  if (orientation !== undefined) found.orientation = orientation;
  const make = await text(tiff, main.entries.get(TAG.make));
  const model = await text(tiff, main.entries.get(TAG.model));
  found.camera ??= cameraName(make, model);
  if (sizes) await readSizes(tiff, main, found);
  const [exifAt] = await numbers(tiff, main.entries.get(TAG.exif), 1);
  const exif = exifAt === undefined ? undefined : await readIfd(tiff, exifAt);
  // Some formats have these times in their first directory.
  found.capturedAt ??= (exif && (await readTime(tiff, exif))) ?? (await readTime(tiff, main));
  const [gpsAt] = await numbers(tiff, main.entries.get(TAG.gps), 1);
  if (gpsAt !== undefined) await readPlace(tiff, gpsAt, found);
  else if (main.whole) found.hasGps ??= false;
}

/** Reads a TIFF whose first directory is one of places, as Canon's CR3 has it. */
export async function readGpsTiff(bytes: Bytes, found: FoundFacts): Promise<void> {
  const tiff = await openTiff(bytes);
  if (tiff) await readPlace(tiff, tiff.first, found);
}

async function openTiff(bytes: Bytes): Promise<Tiff | undefined> {
  const head = await bytes.read(0, 8);
  if (head.length < 8) return undefined;
  const order = head.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") return undefined;
  const little = order === "II";
  const magic = little ? head.readUInt16LE(2) : head.readUInt16BE(2);
  if (!MAGIC.has(magic)) return undefined;
  return { bytes, little, magic, first: little ? head.readUInt32LE(4) : head.readUInt32BE(4) };
}

async function readIfd(tiff: Tiff, at: number): Promise<Ifd | undefined> {
  const head = await tiff.bytes.read(at, 2);
  if (head.length < 2) return undefined;
  const count = tiff.little ? head.readUInt16LE() : head.readUInt16BE();
  const most = Math.min(count, MOST_ENTRIES);
  const table = await tiff.bytes.read(at + 2, most * 12 + 4);
  const entries = new Map<number, Entry>();
  for (let i = 0; i < most && (i + 1) * 12 <= table.length; i++) {
    const row = table.subarray(i * 12, i * 12 + 12);
    const tag = tiff.little ? row.readUInt16LE() : row.readUInt16BE();
    if (entries.has(tag)) continue;
    entries.set(tag, {
      type: tiff.little ? row.readUInt16LE(2) : row.readUInt16BE(2),
      count: tiff.little ? row.readUInt32LE(4) : row.readUInt32BE(4),
      inline: row.subarray(8, 12),
    });
  }
  const end = most * 12;
  const whole = most === count && table.length >= end;
  if (!whole || table.length < end + 4) return { entries, whole, next: 0 };
  const next = tiff.little ? table.readUInt32LE(end) : table.readUInt32BE(end);
  return { entries, whole, next };
}

/** The bytes of an entry's first values: within itself where they fit, else where it points to. */
async function valueOf(tiff: Tiff, entry: Entry, most: number): Promise<Buffer> {
  const width = WIDTHS[entry.type];
  if (width === undefined) return Buffer.alloc(0);
  const length = Math.min(entry.count, most) * width;
  if (entry.count * width <= 4) return entry.inline.subarray(0, length);
  const at = tiff.little ? entry.inline.readUInt32LE() : entry.inline.readUInt32BE();
  return tiff.bytes.read(at, length);
}

/** The first whole numbers of an entry. */
async function numbers(tiff: Tiff, entry: Entry | undefined, most: number): Promise<number[]> {
  const width = entry && WIDTHS[entry.type];
  if (!entry || (width !== 1 && width !== 2 && width !== 4)) return [];
  const value = await valueOf(tiff, entry, most);
  return Array.from({ length: Math.floor(value.length / width) }, (_, i) =>
    tiff.little ? value.readUIntLE(i * width, width) : value.readUIntBE(i * width, width),
  );
}

async function text(tiff: Tiff, entry: Entry | undefined): Promise<string | null> {
  if (!entry || WIDTHS[entry.type] !== 1) return null;
  const value = await valueOf(tiff, entry, 200);
  return value.toString("utf8").split("\0")[0] ?? null;
}

async function readTime(tiff: Tiff, { entries }: Ifd): Promise<number | null> {
  const zone = await text(tiff, entries.get(TAG.offsetTimeOriginal));
  const taken = readMoment(await text(tiff, entries.get(TAG.dateTimeOriginal)), zone);
  if (taken !== null) return taken;
  const digitizedZone = await text(tiff, entries.get(TAG.offsetTimeDigitized));
  return readMoment(await text(tiff, entries.get(TAG.dateTimeDigitized)), digitizedZone);
}

/**
 * Whether a directory of GPS names a place: a latitude and a longitude. Without a fix some cameras write the directory all the same, with no
 * values, or with fractions whose lower half is 0. One that cannot be read to its end says nothing.
 */
async function readPlace(tiff: Tiff, at: number, found: FoundFacts): Promise<void> {
  const gps = await readIfd(tiff, at);
  if (!gps) return;
  let named = true;
  for (const tag of [2, 4]) {
    const entry = gps.entries.get(tag);
    if (!entry && !gps.whole) return;
    const value = entry?.type === 5 ? await valueOf(tiff, entry, 1) : Buffer.alloc(8);
    if (value.length < 8) return;
    if ((tiff.little ? value.readUInt32LE(4) : value.readUInt32BE(4)) === 0) named = false;
  }
  found.hasGps ||= named;
}

/** The size of the largest picture in the file: cameras' own formats begin with small ones. */
async function readSizes(tiff: Tiff, main: Ifd, found: FoundFacts): Promise<void> {
  const ifds = [main];
  for (const at of await numbers(tiff, main.entries.get(TAG.subIfds), 8)) {
    const sub = await readIfd(tiff, at);
    if (sub) ifds.push(sub);
  }
  let next = main.next;
  while (next !== 0 && ifds.length < MOST_IFDS) {
    const page = await readIfd(tiff, next);
    if (!page) break;
    ifds.push(page);
    next = page.next;
  }
  for (const ifd of ifds) {
    const { width = 0, height = 0 } = await sizeOf(tiff, ifd);
    if (width * height > (found.width ?? 0) * (found.height ?? 0))
      Object.assign(found, { width, height });
  }
}

async function sizeOf(tiff: Tiff, { entries }: Ifd): Promise<{ width?: number; height?: number }> {
  const [width] = await numbers(tiff, entries.get(TAG.width), 1);
  const [height] = await numbers(tiff, entries.get(TAG.height), 1);
  // Bit 0 of its kind: a smaller version of another picture.
  const [kind = 0] = await numbers(tiff, entries.get(TAG.kind), 1);
  if (width !== undefined && height !== undefined) return kind & 1 ? {} : { width, height };
  if (tiff.magic !== RW2.magic) return {};
  const borders = [];
  for (const tag of [RW2.left, RW2.right, RW2.top, RW2.bottom]) {
    borders.push((await numbers(tiff, entries.get(tag), 1))[0] ?? 0);
  }
  const [left = 0, right = 0, top = 0, bottom = 0] = borders;
  return { width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

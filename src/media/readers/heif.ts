import { boxesIn, boxNamed, readSmall } from "./boxes.ts";
import { partOf, type Bytes, type FoundFacts } from "./bytes.ts";
import { readMovie } from "./movie.ts";
import { orientationOf, thenTurn, UNTURNED, type Turn } from "./orientation.ts";
import { readTiff } from "./tiff.ts";

/** 90 degrees against the clock (`irot`). */
const LEFT: Turn = [0, 1, -1, 0];
/** Top and bottom are exchanged (`imir` 0); left and right are (`imir` 1). */
const MIRRORS: readonly Turn[] = [
  [1, 0, 0, -1],
  [-1, 0, 0, 1],
];

/**
 * HEIF, so HEIC and AVIF: the size of its primary item, how that is turned, and EXIF (ISO/IEC 23008-12, 6.5 and annex A). The orientation
 * that EXIF has in it says nothing: the container's own turns count (6.5.10).
 */
export async function readHeif(bytes: Bytes, found: FoundFacts): Promise<void> {
  const meta = await boxNamed(bytes, "meta");
  if (!meta) {
    // A sequence may be a movie and nothing else.
    await readMovie(bytes, found);
    return;
  }
  let orientation: number | null | undefined;
  const boxes = new Map<string, Bytes>();
  // Behind its version and flags.
  for await (const { name, content } of boxesIn(meta, 4))
    if (!boxes.has(name)) boxes.set(name, content);
  const [pitm, iprp] = [boxes.get("pitm"), boxes.get("iprp")];
  if (pitm && iprp) {
    const head = await readSmall(pitm, 8);
    const primary = head[0] === 0 ? head.readUInt16BE(4) : head.readUInt32BE(4);
    orientation = await readProperties(iprp, primary, found);
  }
  await readExif(bytes, boxes, found);
  if (orientation === undefined) delete found.orientation;
  else found.orientation = orientation;
}

/** @returns the orientation that the item's properties make, in their order */
async function readProperties(
  iprp: Bytes,
  item: number,
  found: FoundFacts,
): Promise<number | null> {
  const [ipco, ipma] = [await boxNamed(iprp, "ipco"), await boxNamed(iprp, "ipma")];
  if (!ipco || !ipma) return null;
  const properties = [];
  for await (const box of boxesIn(ipco)) properties.push(box);
  let turn = UNTURNED;
  for (const index of propertiesOf(await readSmall(ipma), item)) {
    const property = properties[index - 1];
    if (!property) continue;
    const value = await readSmall(property.content, 12);
    if (property.name === "ispe") {
      found.width = value.readUInt32BE(4);
      found.height = value.readUInt32BE(8);
    }
    if (property.name === "irot") {
      for (let quarters = (value[0] ?? 0) & 3; quarters > 0; quarters--)
        turn = thenTurn(turn, LEFT);
    }
    if (property.name === "imir") turn = thenTurn(turn, MIRRORS[(value[0] ?? 0) & 1] ?? UNTURNED);
  }
  return orientationOf(turn);
}

/** Indices, from 1, of an item's properties (`ipma`). Throws where the box ends too soon. */
function propertiesOf(ipma: Buffer, item: number): number[] {
  const [wideItems, wideIndices] = [(ipma[0] ?? 0) >= 1, ((ipma[3] ?? 0) & 1) === 1];
  const entries = ipma.readUInt32BE(4);
  let at = 8;
  for (let i = 0; i < entries; i++) {
    const id = wideItems ? ipma.readUInt32BE(at) : ipma.readUInt16BE(at);
    at += wideItems ? 4 : 2;
    const count = ipma.readUInt8(at);
    at += 1;
    const width = wideIndices ? 2 : 1;
    if (id === item) {
      // The first bit says whether a reader must know it.
      return Array.from({ length: count }, (_, n) =>
        wideIndices ? ipma.readUInt16BE(at + n * 2) & 0x7fff : ipma.readUInt8(at + n) & 0x7f,
      );
    }
    at += count * width;
  }
  return [];
}

async function readExif(bytes: Bytes, boxes: Map<string, Bytes>, found: FoundFacts): Promise<void> {
  const [iinf, iloc] = [boxes.get("iinf"), boxes.get("iloc")];
  const item = iinf && (await exifItem(iinf));
  if (item === undefined || !iloc) {
    if (iinf) found.hasGps = false;
    return;
  }
  const place = locationOf(await readSmall(iloc, 256 * 1024), item);
  const within = place?.inIdat ? boxes.get("idat") : bytes;
  if (!place || !within) return;
  const exif = partOf(within, place.at, place.length || Infinity);
  // Its first four bytes say how far behind them the TIFF begins.
  const skip = (await exif.read(0, 4)).readUInt32BE(0);
  await readTiff(partOf(exif, 4 + skip), found, false);
}

/** The item that is EXIF, by the list of items (`iinf`). */
async function exifItem(iinf: Bytes): Promise<number | undefined> {
  const version = (await iinf.read(0, 1))[0] ?? 0;
  for await (const { name, content } of boxesIn(iinf, version === 0 ? 6 : 8)) {
    const entry = await readSmall(content, 16);
    const own = entry[0] ?? 0;
    // Earlier versions do not name types.
    if (name !== "infe" || own < 2) continue;
    const [id, type] = own === 2 ? [entry.readUInt16BE(4), 8] : [entry.readUInt32BE(4), 10];
    if (entry.toString("latin1", type, type + 4) === "Exif") return id;
  }
  return undefined;
}

/** Where an item's first extent lies (`iloc`). Throws where the box ends too soon. */
function locationOf(
  iloc: Buffer,
  item: number,
): { at: number; length: number; inIdat: boolean } | undefined {
  const version = iloc.readUInt8(0);
  const sizes = iloc.readUInt16BE(4);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  let at = 6;
  const take = (size: number): number => {
    const value =
      size === 8 ? Number(iloc.readBigUInt64BE(at)) : size === 0 ? 0 : iloc.readUIntBE(at, size);
    at += size;
    return value;
  };
  const items = take(version < 2 ? 2 : 4);
  for (let i = 0; i < items; i++) {
    const id = take(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : take(2) & 15;
    take(2);
    const base = take(baseSize);
    const listed = take(2);
    // Extents that take no room in the list are all the same.
    const extents = indexSize + offsetSize + lengthSize === 0 ? Math.min(listed, 1) : listed;
    for (let n = 0; n < extents; n++) {
      take(indexSize);
      const start = base + take(offsetSize);
      const length = take(lengthSize);
      if (id === item) return method > 1 ? undefined : { at: start, length, inIdat: method === 1 };
    }
  }
  return undefined;
}

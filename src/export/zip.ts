import { crc32 } from "node:zlib";

/**
 * Writes ZIP archives (PKWARE's APPNOTE 6.3.10). Files are stored, not compressed: photos and films would not get smaller. So the
 * length of an archive is known before any file is read, and the checksum of a file (CRC-32) stands behind it, so that it is read
 * only once. ZIP64 fields are written where a number does not fit into the original ones of 32 or 16 bits.
 */

/** A file in the archive. */
export type ZipEntry = {
  /** Its path in the archive, safe for whoever unpacks it. */
  name: string;
  /** In bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
};

const MAX16 = 0xffff;
const MAX32 = 0xffffffff;

/** Extra fields: the time in UTC (the time of MS-DOS has no zone), and ZIP64's sizes and offsets of eight bytes. */
const TIME_BYTES = 9;
const TIME_ID = 0x5455;
const ZIP64_ID = 0x0001;

/** Flags of each file. Bit 3: checksum and sizes stand behind the file. Bit 11: the name is UTF-8. */
const FLAGS = 0x0808;

/** Rights in Unix: a regular file that its owner may write and everybody may read. */
const ATTRIBUTES = 0o100644 * 0x10000;
const MADE_ON_UNIX = 3 << 8;

const isLarge = ({ size }: ZipEntry) => size >= MAX32;
const versionFor = (isZip64: boolean) => (isZip64 ? 45 : 20);

/** The length in bytes of an archive of these files. */
export function zipSize(entries: Iterable<ZipEntry>): number {
  let [offset, directory, count] = [0, 0, 0];
  for (const entry of entries) {
    directory += 46 + Buffer.byteLength(entry.name) + TIME_BYTES + zip64Bytes(entry, offset);
    offset += entryBytes(entry);
    count += 1;
  }
  return offset + directory + 22 + (needsZip64(count, offset, directory) ? 76 : 0);
}

/**
 * The bytes of an archive, in pieces of any size. A piece may be overwritten once the next one is asked for.
 * @param open returns the bytes of a file, in such pieces
 * @throws Error if a file does not have the size of its entry; what `open` throws
 */
export async function* writeZip<Entry extends ZipEntry>(
  entries: readonly Entry[],
  open: (entry: Entry) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const hashes = new Uint32Array(entries.length);
  for (const [index, entry] of entries.entries()) {
    yield localHeader(entry);
    let [hash, written] = [0, 0];
    for await (const piece of open(entry)) {
      written += piece.length;
      if (written > entry.size) break;
      hash = crc32(piece, hash);
      yield piece;
    }
    if (written !== entry.size) throw new Error(`A file has not the ${entry.size} bytes it had`);
    hashes[index] = hash;
    yield descriptor(entry, hash);
  }
  let [offset, directory] = [0, 0];
  for (const [index, entry] of entries.entries()) {
    const header = directoryHeader(entry, hashes[index] as number, offset);
    directory += header.length;
    offset += entryBytes(entry);
    yield header;
  }
  yield end(entries.length, offset, directory);
}

/** Bytes of a file in the archive, with its local header and its data descriptor. */
function entryBytes(entry: ZipEntry): number {
  const fields = isLarge(entry) ? 20 + 24 : 16;
  return 30 + Buffer.byteLength(entry.name) + TIME_BYTES + fields + entry.size;
}

function zip64Bytes(entry: ZipEntry, offset: number): number {
  const numbers = (isLarge(entry) ? 2 : 0) + (offset >= MAX32 ? 1 : 0);
  return numbers === 0 ? 0 : 4 + 8 * numbers;
}

function needsZip64(count: number, offset: number, directory: number): boolean {
  return count >= MAX16 || offset >= MAX32 || directory >= MAX32;
}

function localHeader(entry: ZipEntry): Uint8Array {
  const name = Buffer.from(entry.name);
  const large = isLarge(entry);
  const bytes = Buffer.alloc(30);
  bytes.writeUInt32LE(0x04034b50, 0);
  bytes.writeUInt16LE(versionFor(large), 4);
  bytes.writeUInt16LE(FLAGS, 6);
  bytes.writeUInt32LE(dosTime(entry.modified), 10);
  if (large) bytes.fill(0xff, 18, 26);
  bytes.writeUInt16LE(name.length, 26);
  bytes.writeUInt16LE(TIME_BYTES + (large ? 20 : 0), 28);
  // The real sizes and not zeros, which bit 3 would allow: Info-ZIP's unzip reads them all the same.
  const zip64 = large ? [zip64Field([entry.size, entry.size])] : [];
  return Buffer.concat([bytes, name, timeField(entry), ...zip64]);
}

function descriptor(entry: ZipEntry, hash: number): Uint8Array {
  const large = isLarge(entry);
  const bytes = Buffer.alloc(large ? 24 : 16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(hash, 4);
  for (const at of large ? [8, 16] : [8, 12]) {
    if (large) bytes.writeBigUInt64LE(BigInt(entry.size), at);
    else bytes.writeUInt32LE(entry.size, at);
  }
  return bytes;
}

function directoryHeader(entry: ZipEntry, hash: number, offset: number): Uint8Array {
  const name = Buffer.from(entry.name);
  const numbers = [
    ...(isLarge(entry) ? [entry.size, entry.size] : []),
    ...(offset >= MAX32 ? [offset] : []),
  ];
  const bytes = Buffer.alloc(46);
  bytes.writeUInt32LE(0x02014b50, 0);
  bytes.writeUInt16LE(MADE_ON_UNIX | 45, 4);
  bytes.writeUInt16LE(versionFor(numbers.length > 0), 6);
  bytes.writeUInt16LE(FLAGS, 8);
  bytes.writeUInt32LE(dosTime(entry.modified), 12);
  bytes.writeUInt32LE(hash, 16);
  bytes.writeUInt32LE(Math.min(entry.size, MAX32), 20);
  bytes.writeUInt32LE(Math.min(entry.size, MAX32), 24);
  bytes.writeUInt16LE(name.length, 28);
  bytes.writeUInt16LE(TIME_BYTES + zip64Bytes(entry, offset), 30);
  bytes.writeUInt32LE(ATTRIBUTES, 38);
  bytes.writeUInt32LE(Math.min(offset, MAX32), 42);
  const zip64 = numbers.length > 0 ? [zip64Field(numbers)] : [];
  return Buffer.concat([bytes, name, timeField(entry), ...zip64]);
}

function end(count: number, offset: number, directory: number): Uint8Array {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x06054b50, 0);
  bytes.writeUInt16LE(Math.min(count, MAX16), 8);
  bytes.writeUInt16LE(Math.min(count, MAX16), 10);
  bytes.writeUInt32LE(Math.min(directory, MAX32), 12);
  bytes.writeUInt32LE(Math.min(offset, MAX32), 16);
  if (!needsZip64(count, offset, directory)) return bytes;
  const zip64 = Buffer.alloc(56 + 20);
  zip64.writeUInt32LE(0x06064b50, 0);
  // Bytes of the rest of this record.
  zip64.writeBigUInt64LE(44n, 4);
  zip64.writeUInt16LE(MADE_ON_UNIX | 45, 12);
  zip64.writeUInt16LE(45, 14);
  zip64.writeBigUInt64LE(BigInt(count), 24);
  zip64.writeBigUInt64LE(BigInt(count), 32);
  zip64.writeBigUInt64LE(BigInt(directory), 40);
  zip64.writeBigUInt64LE(BigInt(offset), 48);
  // ZIP64's locator, which says where this record begins.
  zip64.writeUInt32LE(0x07064b50, 56);
  zip64.writeBigUInt64LE(BigInt(offset + directory), 64);
  zip64.writeUInt32LE(1, 72);
  return Buffer.concat([zip64, bytes]);
}

function timeField({ modified }: ZipEntry): Uint8Array {
  const bytes = Buffer.alloc(TIME_BYTES);
  bytes.writeUInt16LE(TIME_ID, 0);
  bytes.writeUInt16LE(5, 2);
  bytes.writeUInt8(1, 4);
  // Seconds since 1970, of which the field has 31 bits.
  bytes.writeInt32LE(Math.min(Math.max(Math.floor(modified / 1000), 0), 0x7fffffff), 5);
  return bytes;
}

function zip64Field(numbers: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 + 8 * numbers.length);
  bytes.writeUInt16LE(ZIP64_ID, 0);
  bytes.writeUInt16LE(8 * numbers.length, 2);
  for (const [index, value] of numbers.entries()) {
    bytes.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  }
  return bytes;
}

/** Time and date in the format of MS-DOS, in UTC: steps of two seconds from 1980 to 2107. */
function dosTime(modified: number): number {
  const least = Date.UTC(1980, 0, 1);
  const at = new Date(Math.min(Math.max(modified, least), Date.UTC(2107, 11, 31, 23, 59, 58)));
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date =
    ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return date * 0x10000 + time;
}

import { Problem } from "../problem.ts";
import { lastSegment, readHeaderValue } from "./header-values.ts";

/** What a part says of itself. Names are undefined where it does not say them. */
type PartHeader = {
  name: string | undefined;
  filename: string | undefined;
  /** By the rule of browsers and busboy: it has a file name, or it is octets. */
  isFile: boolean;
};

export type Part = PartHeader & {
  /** The part's bytes can be read until the next part is asked for; a piece is valid until the next one is asked for. */
  bytes: AsyncIterable<Uint8Array>;
};

/** A part's headers are a name or two; beyond this somebody wants to fill the memory. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * How much of a piece is copied behind what is left of the one before. Room for a form's usual fields;
 * the rest of the piece, up to a megabyte, goes on as it came.
 */
const JOINED_BYTES = 4 * 1024;

/** White space that may stand behind a boundary (RFC 2046 lets transports add some). */
const MAX_PADDING = 256;

const EMPTY = Buffer.alloc(0);
const HEADER_END = Buffer.from("\r\n\r\n");
const CR = 13;
const LF = 10;
const DASH = 45;

/** How far a body has been read. */
type Cursor = {
  source: AsyncIterator<Uint8Array>;
  /** What every boundary begins with. */
  delimiter: Buffer;
  /** The bytes that are looked at, and where in them the next one to be read is. */
  data: Buffer;
  at: number;
  /** The rest of the network's last piece, which comes behind them. */
  behind: Uint8Array;
  /** Counts the parts; what comes before the first boundary is number 0. */
  part: number;
  /** Between the headers of a part and the boundary behind it: what comes next are its bytes. */
  inside: boolean;
};

/**
 * Reads the parts of a multipart body, one after the other, to its closing boundary (RFC 2046, 5.1). What is
 * not read of a part is passed over when the next one is asked for. Whoever ends the reading of
 * parts, early or not, ends the body's.
 *
 * Ours, since it is what Redeem is for: a file's bytes are handed on as they came, found by one native
 * search, where busboy through a stream cost half a second of processor for a gigabyte
 * (tests/bench/README.md).
 *
 * @param pieces each is there until the next one is asked for
 * @throws Problem invalid_input where it is not multipart, or ends too soon; whatever `pieces` throws. Both
 * are thrown to whoever asks for the next part, or for more bytes of one
 */
export async function* readParts(
  pieces: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<Part> {
  const cursor: Cursor = {
    source: pieces[Symbol.asyncIterator](),
    delimiter: Buffer.from(`\r\n--${boundary}`, "latin1"),
    // The line end that the first boundary begins with may be the start of the body.
    data: Buffer.from("\r\n"),
    at: 0,
    behind: EMPTY,
    part: 0,
    inside: true,
  };
  try {
    for (;;) {
      // What comes before the first boundary, and what has not been read of a part.
      while (cursor.inside) await readBytes(cursor, cursor.part);
      if (isLast(cursor)) return;
      let header = takeHeader(cursor);
      while (!header) {
        await readMore(cursor);
        header = takeHeader(cursor);
      }
      yield { ...header, bytes: bytesOf(cursor) };
    }
  } finally {
    await cursor.source.return?.();
  }
}

/** By hand, since a generator would cost more for every piece. */
function bytesOf(cursor: Cursor): AsyncIterable<Uint8Array> {
  const { part } = cursor;
  const iterator = { next: () => readBytes(cursor, part) };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** The next bytes of a part; none behind its last one, nor once another part is read. */
async function readBytes(cursor: Cursor, part: number): Promise<IteratorResult<Uint8Array>> {
  const { delimiter } = cursor;
  while (cursor.inside && cursor.part === part) {
    const { data, at } = cursor;
    const found = data.indexOf(delimiter, at);
    const end = found === -1 ? data.length - beginning(data, at, delimiter) : found;
    if (end > at) {
      cursor.at = end;
      return { done: false, value: data.subarray(at, end) };
    }
    if (found === -1) {
      // Not by readMore: one promise less for every piece.
      if (keepRest(cursor)) receive(cursor, await cursor.source.next());
      goOn(cursor);
      continue;
    }
    cursor.at = found + delimiter.length;
    let boundary = isBoundary(cursor);
    while (boundary === undefined) {
      await readMore(cursor);
      boundary = isBoundary(cursor);
    }
    cursor.inside = !boundary;
    // A longer word that begins like the boundary: a part's bytes after all.
    if (cursor.inside) return { done: false, value: delimiter };
  }
  return { done: true, value: undefined };
}

/** Whether a line that begins like a boundary ends like one; undefined while that is still to come. */
function isBoundary(cursor: Cursor): boolean | undefined {
  const { data, at } = cursor;
  const after = pastSpaces(data, at);
  if (after - at > MAX_PADDING) throw unreadable("Malformed boundary");
  if (data.length - after < 2) return undefined;
  const is = isAt(data, after, DASH, DASH) || isAt(data, after, CR, LF);
  if (is) cursor.at = after;
  return is;
}

/** Whether the boundary that was read is the closing one. */
function isLast({ data, at }: Cursor): boolean {
  return isAt(data, at, DASH, DASH);
}

/** Reads the headers behind a boundary: a part begins. Undefined while their end is still to come. */
function takeHeader(cursor: Cursor): PartHeader | undefined {
  const { data, at } = cursor;
  // The line end behind the boundary is still there: a part may have no headers at all.
  const end = data.indexOf(HEADER_END, at);
  if ((end === -1 ? data.length : end) - at > MAX_HEADER_BYTES) {
    throw unreadable("Malformed part header");
  }
  if (end === -1) return undefined;
  cursor.at = end + HEADER_END.length;
  cursor.part += 1;
  cursor.inside = true;
  return readHeader(data.toString("latin1", at, end));
}

/** Goes on with what comes behind bytes that are too few to be read. */
async function readMore(cursor: Cursor): Promise<void> {
  if (keepRest(cursor)) receive(cursor, await cursor.source.next());
  goOn(cursor);
}

/**
 * Copies what is not read yet, since it is gone when the network's next piece is asked for.
 * @returns whether that piece is needed
 */
function keepRest(cursor: Cursor): boolean {
  const { data, at, behind } = cursor;
  cursor.data = at === data.length ? EMPTY : Buffer.from(data.subarray(at));
  cursor.at = 0;
  return behind.length === 0;
}

function receive(cursor: Cursor, { done, value }: IteratorResult<Uint8Array>): void {
  if (done) throw unreadable("Unexpected end of form");
  cursor.behind = value;
}

/** Joins what is left with what comes behind it, of which most is not copied. */
function goOn(cursor: Cursor): void {
  const { data, behind } = cursor;
  const next = data.length > 0 ? behind.subarray(0, JOINED_BYTES) : behind;
  cursor.behind = behind.subarray(next.length);
  cursor.data =
    data.length > 0
      ? Buffer.concat([data, next])
      : Buffer.from(next.buffer, next.byteOffset, next.byteLength);
}

/** The problem of a body that cannot be read. */
export function unreadable(why: string): Problem {
  return new Problem("invalid_input", `The request's body cannot be read: ${why}.`);
}

/** How many of the last bytes may be the beginning of the delimiter. */
function beginning(data: Buffer, from: number, delimiter: Buffer): number {
  let at = data.indexOf(CR, Math.max(from, data.length - delimiter.length + 1));
  while (at !== -1) {
    const length = data.length - at;
    if (data.compare(delimiter, 0, length, at, data.length) === 0) return length;
    at = data.indexOf(CR, at + 1);
  }
  return 0;
}

function isAt(data: Buffer, at: number, first: number, second: number): boolean {
  return data[at] === first && data[at + 1] === second;
}

function pastSpaces(data: Buffer, from: number): number {
  let at = from;
  while (data[at] === 32 || data[at] === 9) at += 1;
  return at;
}

function readHeader(text: string): PartHeader {
  const header: PartHeader = { name: undefined, filename: undefined, isFile: false };
  // A line that begins with white space goes on with the one before it.
  for (const line of text.replace(/\r\n[ \t]+/g, " ").split("\r\n")) {
    const colon = line.indexOf(":");
    const field = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (field === "content-disposition") {
      const disposition = readHeaderValue(value);
      if (disposition?.value !== "form-data") continue;
      const { params } = disposition;
      const filename = params.get("filename*") ?? params.get("filename");
      header.name = params.get("name");
      header.filename = filename === undefined ? undefined : lastSegment(filename);
      header.isFile ||= filename !== undefined;
    } else if (field === "content-type") {
      if (readHeaderValue(value)?.value === "application/octet-stream") header.isFile = true;
    }
  }
  return header;
}

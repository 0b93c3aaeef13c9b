import { Problem } from "../problem.ts";
import { lastSegment, readHeaderValue } from "./header-values.ts";

/** What a part says of itself. Names are undefined where it does not say them. */
export type PartHeader = {
  name: string | undefined;
  filename: string | undefined;
  /** By the rule of browsers and busboy: it has a file name, or it is octets. */
  isFile: boolean;
};

/** Takes a part's bytes as they come: they are the network's, and gone when it has taken them. */
export type PartTaker = {
  take(piece: Buffer): Promise<void> | void;
  end?(): void;
};

/** Stop reading: the answer is known. */
export const ENOUGH = Symbol("enough");

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

/**
 * Reads a multipart body to its closing boundary (RFC 2046, 5.1). Ours, since it is what Redeem is
 * for: a file's bytes are handed on as they came, found by one native search, where busboy through a
 * stream cost half a second of processor for a gigabyte (tests/bench/README.md).
 *
 * @param begin who takes a part; undefined passes it over, ENOUGH ends the reading
 * @throws Problem invalid_input where it is not multipart, or ends too soon
 */
export async function readMultipart(
  pieces: AsyncIterable<Uint8Array>,
  boundary: string,
  begin: (header: PartHeader) => Promise<PartTaker | typeof ENOUGH | undefined>,
): Promise<void> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  // What comes before the first boundary is a part that nobody takes. The line end that the first
  // boundary begins with may be the start of the body.
  let state: "content" | "delimiter" | "header" = "content";
  let rest: Buffer = Buffer.from("\r\n");
  let taker: PartTaker | undefined;

  for await (let piece of pieces) {
    while (piece.length > 0) {
      const next = rest.length > 0 ? piece.subarray(0, JOINED_BYTES) : piece;
      piece = piece.subarray(next.length);
      if (await read(joined(rest, next))) return;
    }
  }
  throw unreadable("Unexpected end of form");

  /** Reads as far as it can, leaving the `rest`. True where nothing more is to be read. */
  async function read(data: Buffer): Promise<boolean> {
    rest = EMPTY;
    let at = 0;
    while (at < data.length) {
      if (state === "content") {
        const found = data.indexOf(delimiter, at);
        const end = found === -1 ? data.length - beginning(data, at, delimiter) : found;
        if (end > at && taker) await taker.take(data.subarray(at, end));
        if (found === -1) {
          rest = Buffer.from(data.subarray(end));
          break;
        }
        at = found + delimiter.length;
        state = "delimiter";
      }
      if (state === "delimiter") {
        const after = pastSpaces(data, at);
        if (after - at > MAX_PADDING) throw unreadable("Malformed boundary");
        if (data.length - after < 2) {
          rest = Buffer.from(data.subarray(at));
          break;
        }
        if (data[after] === DASH && data[after + 1] === DASH) {
          taker?.end?.();
          return true;
        }
        if (data[after] !== CR || data[after + 1] !== LF) {
          // A longer word that begins like the boundary: content after all.
          if (taker) await taker.take(delimiter);
          state = "content";
          continue;
        }
        taker?.end?.();
        taker = undefined;
        at = after;
        state = "header";
      }
      // The line end behind the boundary is still there: a part may have no headers at all.
      const end = data.indexOf(HEADER_END, at);
      if ((end === -1 ? data.length : end) - at > MAX_HEADER_BYTES) {
        throw unreadable("Malformed part header");
      }
      if (end === -1) {
        rest = Buffer.from(data.subarray(at));
        break;
      }
      const next = await begin(readHeader(data.toString("latin1", at, end)));
      if (next === ENOUGH) return true;
      taker = next;
      at = end + HEADER_END.length;
      state = "content";
    }
    return false;
  }
}

/** What a body that cannot be read is told. */
export function unreadable(why: string): Problem {
  return new Problem("invalid_input", `The request's body cannot be read: ${why}.`);
}

function joined(rest: Buffer, piece: Uint8Array): Buffer {
  if (rest.length > 0) return Buffer.concat([rest, piece]);
  return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
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

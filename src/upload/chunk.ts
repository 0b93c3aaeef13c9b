import type { ByteRange, Extra, Identity } from "../records/records.ts";
import { Problem } from "../problem.ts";
import { FAMILIES, type Family } from "./chunk-families.ts";
import type { ContentRange } from "./content-range.ts";
import { quote, type Params } from "./params.ts";

export type Chunk = {
  identity: Identity;
  /** 1 for the first. Undefined where the client numbers none (Content-Range). */
  number?: number;
  /** Offset of its first byte. */
  start: number;
  /** The lengths that it may have, the shorter first: one, or two at the end of a file. */
  lengths: number[];
  /** Its length as the client states it in a parameter of its own; any number. */
  statedLength?: number;
  /** A Content-Range has said its length: another one is a request that contradicts itself. */
  ranged?: true;
  /** What the uploader says of the file beside what is needed: for the log. */
  clientInfo: Extra;
};

/** As long as any file system's names, and room for Resumable.js's own identifiers. */
export const MAX_NAME = 1024;

/**
 * Reads what a request says of its chunk (protocol 4.2): the parameters of the first family of
 * uploaders that is complete, else its Content-Range.
 * @param filename the file's name, which is a part of its identity
 * @param range the request's Content-Range, where it has one
 * @returns undefined where the request is a whole file
 * @throws Problem invalid_input where a number is none, or a Content-Range says something else than
 * the parameters
 */
export function readChunk(
  params: Params,
  filename: string,
  range?: ContentRange,
): Chunk | undefined {
  for (const family of FAMILIES) {
    const chunk = readFamily(family, params, filename);
    if (chunk) return range ? narrowed(chunk, range) : chunk;
  }
  return range && ofRange(range, filename);
}

/**
 * Which upload in chunks a request means that has no chunk of it (protocol 4.8): by the words of the first uploader that are
 * complete. One by Content-Range has no words of its own, and is named by Resumable.js's, without identifier and chunk size.
 * @throws Problem invalid_input
 */
export function readIdentity(params: Params, filename: string): Identity {
  for (const family of FAMILIES) {
    const identity = readNames(family, params, filename);
    if (identity) return identity;
  }
  const [family] = FAMILIES;
  const totalSize = family && readNumber(params, family.totalSize);
  const isRange = family && !params.get(family.identifier) && !params.get(family.chunkSize);
  if (totalSize && filename !== "" && isRange) return rangeIdentity(totalSize, filename);
  throw new Problem(
    "invalid_input",
    "Which upload is meant? resumableIdentifier, resumableTotalSize, resumableChunkSize and resumableFilename are needed, or what flow.js or Dropzone calls them.",
  );
}

/** Undefined where the family's words are not complete. */
function readNames(family: Family, params: Params, filename: string): Identity | undefined {
  const chunkSize = readNumber(params, family.chunkSize);
  const totalSize = readNumber(params, family.totalSize);
  const identifier = params.get(family.identifier) ?? "";
  if (!chunkSize || !totalSize || identifier === "") return undefined;
  if (identifier.length > MAX_NAME) {
    throw new Problem(
      "invalid_input",
      `${family.identifier} is longer than ${MAX_NAME} characters.`,
    );
  }
  return { identifier, totalSize, chunkSize, filename };
}

/** Whether a request is one for a chunk, be it well said or not. */
export function saysChunk(params: Params, range: ContentRange | undefined): boolean {
  try {
    return readChunk(params, "", range) !== undefined;
  } catch {
    return true;
  }
}

function readFamily(family: Family, params: Params, filename: string): Chunk | undefined {
  const said = readNumber(params, family.number);
  const number = said === undefined ? 0 : said + 1 - family.first;
  const identity = readNames(family, params, filename);
  if (!number || !identity) return undefined;
  const { chunkSize, totalSize } = identity;
  const start = (number - 1) * chunkSize;
  const lengths = lengthsAt(start, chunkSize, totalSize);
  const clientInfo: Extra = {};
  for (const name of family.clientInfo) {
    const value = params.get(name);
    if (value) clientInfo[name] = value.slice(0, MAX_NAME);
  }
  const current = family.currentSize === null ? undefined : params.get(family.currentSize);
  return {
    identity,
    number,
    start,
    lengths: family.lastIsRemainder ? lengths.slice(0, 1) : lengths,
    ...(current ? { statedLength: Number(current) } : {}),
    clientInfo,
  };
}

/**
 * A chunk that only a Content-Range speaks of. It has no chunk size, which is 0 in its identity: that
 * of no other uploader, so a file's ranges never mix with numbered chunks.
 */
function ofRange({ start, length, totalSize }: ContentRange, filename: string): Chunk {
  return {
    identity: rangeIdentity(totalSize, filename),
    start,
    lengths: [length],
    ranged: true,
    clientInfo: {},
  };
}

function rangeIdentity(totalSize: number, filename: string): Identity {
  return { identifier: `${totalSize} ${filename}`, totalSize, chunkSize: 0, filename };
}

/** Where both speak of the chunk, they must say the same. */
function narrowed(chunk: Chunk, range: ContentRange): Chunk {
  const same =
    range.start === chunk.start &&
    range.totalSize === chunk.identity.totalSize &&
    chunk.lengths.includes(range.length);
  if (!same) {
    throw new Problem("invalid_input", "Content-Range contradicts the parameters of the chunk.");
  }
  return { ...chunk, lengths: [range.length], ranged: true };
}

/**
 * The lengths that a chunk may have at an offset: the general one, or up to the end where the end is
 * less than two chunks away (Resumable.js gives its last chunk the remainder as well).
 */
export function lengthsAt(start: number, chunkSize: number, totalSize: number): number[] {
  const rest = totalSize - start;
  if (!Number.isSafeInteger(start) || rest <= 0) return [];
  if (rest < chunkSize) return [rest];
  return rest > chunkSize && rest < 2 * chunkSize ? [chunkSize, rest] : [chunkSize];
}

/** The problem of a chunk that lies beyond the end of its file; undefined where it does not. */
export function beyondEnd(chunk: Chunk): Problem | undefined {
  if (chunk.lengths.length > 0) return undefined;
  const { totalSize, chunkSize } = chunk.identity;
  return new Problem(
    "error_processing_upload",
    `${nameOf(chunk)} of ${chunkSize} bytes lies beyond the end of the file of ${totalSize} bytes.`,
  );
}

/** The problem of a chunk whose length is wrong. */
export function wrongLength(chunk: Chunk, got: number | "more"): Problem {
  const expected = chunk.lengths.join(" or ");
  return new Problem(
    chunk.ranged ? "invalid_input" : "error_processing_upload",
    `${nameOf(chunk)} has the wrong chunk size: ${expected} bytes were expected and ${got === "more" ? "more" : got} came.`,
  );
}

/** The problem of a chunk whose bytes overlap a stored one's: its client divides the file in another way. */
export function overlapping(chunk: Chunk): Problem {
  return new Problem(
    "error_processing_upload",
    `${nameOf(chunk)} has the wrong chunk size: it overlaps a chunk that was accepted before.`,
  );
}

/** The problem of a chunk that is stored with other bytes than those that its client has: the first one stays. */
export function otherBytes(chunk: Chunk, by: string): Problem {
  return new Problem(
    "error_processing_upload",
    `${nameOf(chunk)} was accepted before, and with other bytes than ${by} says.`,
  );
}

function nameOf({ number, start }: Chunk): string {
  return number === undefined ? `The chunk at byte ${start}` : `Chunk ${number}`;
}

export function rangeOf(chunk: Chunk, length: number): ByteRange {
  return { start: chunk.start, length };
}

function readNumber(params: Params, name: string): number | undefined {
  const text = params.get(name)?.trim();
  if (text === undefined || text === "") return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new Problem("invalid_input", `${name} must be a whole number, not ${quote(text)}.`);
}

/** Whether a chunk that begins before an offset, or at it, holds bytes from there on. */
export function reaches(chunk: ByteRange | undefined, offset: number): boolean {
  return chunk !== undefined && chunk.start + chunk.length > offset;
}

/** The problem where stored chunks are lost: a client that asks for each chunk then sends the missing ones again. */
export function lostOnDisk(): Problem {
  return new Problem(
    "temporarily_unavailable",
    "A part of this file was lost on the server's disk; send what is missing again.",
  );
}

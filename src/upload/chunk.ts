import type { ByteRange, Extra, Identity } from "../records/records.ts";
import { Problem } from "../problem.ts";
import { quote, type Params } from "./params.ts";

export type Chunk = {
  identity: Identity;
  /** 1 for the first. */
  number: number;
  /** Offset of its first byte. */
  start: number;
  /** The lengths that it may have, the shorter first: one, or two at the end of a file. */
  lengths: number[];
  /** What else Resumable.js said, recorded and never needed. */
  told: Extra;
};

const TOLD = [
  "resumableTotalChunks",
  "resumableCurrentChunkSize",
  "resumableType",
  "resumableRelativePath",
];

/** As long as any file system's names, and room for Resumable.js's own identifiers. */
const MAX_NAME = 1024;

/**
 * Reads Resumable.js parameters (protocol 4.2).
 * @returns undefined where the request is a whole file
 * @throws Problem invalid_input where a number is none, error_processing_upload where no chunk of
 * this number and size can be part of the file
 */
export function readChunk(params: Params, filename: string): Chunk | undefined {
  const number = readNumber(params, "resumableChunkNumber");
  const chunkSize = readNumber(params, "resumableChunkSize");
  const totalSize = readNumber(params, "resumableTotalSize");
  const identifier = params.get("resumableIdentifier") ?? "";
  if (!number || !chunkSize || !totalSize || identifier === "") return undefined;
  if (identifier.length > MAX_NAME) {
    throw new Problem(
      "invalid_input",
      `resumableIdentifier is longer than ${MAX_NAME} characters.`,
    );
  }
  const start = (number - 1) * chunkSize;
  const told: Extra = {};
  for (const name of TOLD) {
    const value = params.get(name);
    if (value) told[name] = value.slice(0, MAX_NAME);
  }
  const identity = { identifier, totalSize, chunkSize, filename };
  return { identity, number, start, lengths: lengthsAt(start, chunkSize, totalSize), told };
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

/** @throws Problem error_processing_upload where the chunk lies beyond its file */
export function requireInside(chunk: Chunk): void {
  if (chunk.lengths.length > 0) return;
  const { totalSize, chunkSize } = chunk.identity;
  throw new Problem(
    "error_processing_upload",
    `Chunk ${chunk.number} of ${chunkSize} bytes lies beyond the end of the file of ${totalSize} bytes.`,
  );
}

/** What a chunk of the wrong length is told. */
export function wrongLength(chunk: Chunk, got: number | "more"): Problem {
  const expected = chunk.lengths.join(" or ");
  return new Problem(
    "error_processing_upload",
    `Chunk ${chunk.number} has the wrong chunk size: ${expected} bytes were expected and ${got === "more" ? "more" : got} came.`,
  );
}

/** What a chunk is told that another plan for the same bytes has come before. */
export function overlapping(chunk: Chunk): Problem {
  return new Problem(
    "error_processing_upload",
    `Chunk ${chunk.number} has the wrong chunk size: it overlaps a chunk that was accepted before.`,
  );
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

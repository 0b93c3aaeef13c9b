import { Problem } from "../problem.ts";
import { quote } from "./params.ts";

/** The part of a file that a request says it has. */
export type ContentRange = {
  /** Offset of its first byte. */
  start: number;
  /** In bytes, at least 1. */
  length: number;
  /** Size of the whole file in bytes. */
  totalSize: number;
};

/**
 * Reads a Content-Range header (RFC 9110, 14.4), by which jQuery File Upload says which chunk it
 * sends (protocol 4.2). The file's size must be known: `bytes 0-99/*` cannot be used.
 * @throws Problem invalid_input where it is none, or names no bytes of the file
 */
export function parseContentRange(text: string): ContentRange {
  const found = /^\s*bytes\s+(\d{1,16})-(\d{1,16})\/(\d{1,16})\s*$/i.exec(text);
  const [start, end, totalSize] = (found ?? []).slice(1).map(Number);
  if (
    start === undefined ||
    end === undefined ||
    totalSize === undefined ||
    start > end ||
    end >= totalSize ||
    !Number.isSafeInteger(totalSize)
  ) {
    throw new Problem(
      "invalid_input",
      `Content-Range must be of the form "bytes start-end/total" and lie inside the file, not ${quote(text)}.`,
    );
  }
  return { start, length: end - start + 1, totalSize };
}

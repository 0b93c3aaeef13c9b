import { fileTypeFromBuffer } from "file-type";
import { isOfMedia } from "./types.ts";

/** How many first bytes are enough to name any type that we take. */
export const HEAD_BYTES = 4100;

/**
 * From this many bytes on, a head in which nothing is recognized is taken for good: every type
 * that we take shows itself earlier (MPEG-TS is the latest, with its second packet at byte 188).
 */
const TELLING_BYTES = 512;

export type Identified =
  | { known: true; type: string }
  /** Nothing that is recognized. */
  | { known: false }
  /** Too few bytes to say. */
  | undefined;

/**
 * Names the media type of a file by its first bytes, never by its name (protocol 4.4).
 * @param head the first bytes, up to HEAD_BYTES of them
 * @param final no more bytes will come, so that an answer is due
 */
export async function identify(head: Uint8Array, final: boolean): Promise<Identified> {
  const enough = final || head.length >= TELLING_BYTES;
  // Two or three letters pass for a type (a "BM" is a bitmap): a short head decides nothing.
  if (!final && head.length < 16) return undefined;
  const found = await fileTypeFromBuffer(head.slice(0, HEAD_BYTES));
  const type = found?.mime.split(";")[0]?.toLowerCase();
  // What begins as an archive may yet turn out to be a document.
  if (type && !isOfMedia(type) && !final && head.length < HEAD_BYTES) return undefined;
  if (type) return { known: true, type };
  return enough ? { known: false } : undefined;
}

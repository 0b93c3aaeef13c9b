import { supportedMimeTypes } from "file-type";

/** What counts as the type of a file in whose bytes nothing is recognized (protocol 4.4). */
export const UNRECOGNIZED = "application/octet-stream";

/** The photo and video types that browsers and cameras make. */
export const DEFAULT_TYPES = [
  "image/jpeg",
  "image/png",
  "image/apng",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/heic",
  "image/heic-sequence",
  "image/heif",
  "image/heif-sequence",
  "image/jxl",
  "image/tiff",
  "image/bmp",
  "image/x-adobe-dng",
  "image/x-canon-cr2",
  "image/x-canon-cr3",
  "image/x-fujifilm-raf",
  "image/x-nikon-nef",
  "image/x-olympus-orf",
  "image/x-panasonic-rw2",
  "image/x-sony-arw",
  "video/mp4",
  "video/x-m4v",
  "video/quicktime",
  "video/webm",
  "video/x-matroska",
  "video/x-msvideo",
  "video/x-ms-asf",
  "video/mpeg",
  "video/mp2t",
  "video/mp2p",
  "video/ogg",
  "video/3gpp",
  "video/3gpp2",
  "video/x-flv",
] as const;

/** Other names that are in use for a type; a list that names one takes the other. */
const ALIASES: Record<string, string> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/apng": "image/png",
  "image/x-ms-bmp": "image/bmp",
  "video/matroska": "video/x-matroska",
  "video/vnd.avi": "video/x-msvideo",
  "video/avi": "video/x-msvideo",
  "video/msvideo": "video/x-msvideo",
  "video/x-ms-wmv": "video/x-ms-asf",
  "video/mp1s": "video/mpeg",
  "video/mp2p": "video/mpeg",
  "video/mpg": "video/mpeg",
};

function canonical(type: string): string {
  const lower = type.toLowerCase();
  return ALIASES[lower] ?? lower;
}

/** Whether a type or range is of photos or videos. */
export function isOfMedia(type: string): boolean {
  return /^(image|video)\//i.test(type);
}

/**
 * Whether a file can turn out to be of this type or range. `text/html`, for one, is nothing that bytes say of
 * themselves: such a file is UNRECOGNIZED. Any name of a photo or video type is taken for one.
 */
export function isRecognizable(type: string): boolean {
  const wanted = canonical(type);
  if (isOfMedia(wanted) || wanted === UNRECOGNIZED || wanted === "*/*") return true;
  const known = [...supportedMimeTypes].map((one) => one.toLowerCase());
  if (!wanted.endsWith("/*")) return known.includes(wanted);
  return known.some((one) => one.startsWith(wanted.slice(0, -1)));
}

/**
 * Whether a media type is in a list of types and ranges.
 * A range of one kind never includes SVG: it is markup, and runs scripts where it is opened (protocol 4.4).
 */
export function typeIsIn(type: string, list: readonly string[]): boolean {
  const wanted = canonical(type);
  return list.some((entry) => {
    const allowed = canonical(entry);
    if (allowed === "*/*") return true;
    if (!allowed.endsWith("/*")) return allowed === wanted;
    return wanted.startsWith(allowed.slice(0, -1)) && !wanted.includes("svg");
  });
}

/** Whether a type or range has anything in common with a list of types and ranges. */
export function rangeMeets(range: string, list: readonly string[]): boolean {
  if (list.includes("*/*")) return true;
  if (!range.endsWith("/*")) return typeIsIn(range, list);
  return list.some((entry) => entry.toLowerCase().startsWith(range.slice(0, -1).toLowerCase()));
}

import { nameWithExtension } from "../../media/extension.ts";

/**
 * Types that browsers show, and in which nothing runs: only these are shown in the browser's window, when that is asked for.
 * Markup (SVG, HTML, XML) and PDF, which has scripts of its own, never are.
 */
const SHOWN = new Set([
  "image/jpeg",
  "image/png",
  "image/apng",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/bmp",
  "image/heic",
  "image/heif",
  "image/jxl",
  "video/mp4",
  "video/x-m4v",
  "video/quicktime",
  "video/webm",
  "video/x-matroska",
  "video/ogg",
  "audio/mpeg",
  "audio/mp4",
  "audio/x-m4a",
  "audio/aac",
  "audio/ogg",
  "audio/wav",
  "audio/flac",
  "audio/x-flac",
]);

/** Whether a browser may show a file of this type in its window. */
export function mayBeShown(type: string): boolean {
  return SHOWN.has(type);
}

/**
 * A Content-Disposition (RFC 6266): plain letters for everybody, the whole name for those who read UTF-8.
 * @param name as its owner had it: anything
 * @param type the media type found in the bytes, which decides about the name's ending
 */
export function disposition(way: "inline" | "attachment", name: string, type: string): string {
  const ending = nameWithExtension(name, type);
  const plain = ending.replace(/[^\x20-\x7e]/g, "_").replace(/["\\%]/g, "_");
  const whole = encodeURIComponent(ending.toWellFormed()).replace(/['()*]/g, (letter) => {
    return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `${way}; filename="${plain}"; filename*=UTF-8''${whole}`;
}

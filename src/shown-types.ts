/** Media types of pictures that every current browser shows. */
export const SHOWN_PICTURES: ReadonlySet<string> = new Set([
  "image/jpeg",
  "image/png",
  "image/apng",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/bmp",
]);

/**
 * Media types that at least one browser shows, and in which no script can run. Markup (SVG, HTML, XML) and PDF, which may
 * have scripts, are not among them.
 */
export const SHOWN_TYPES: ReadonlySet<string> = new Set([
  ...SHOWN_PICTURES,
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

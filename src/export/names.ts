/**
 * Names for files and folders that any file system takes: what is exported is copied on to disks of Windows and macOS. The
 * names themselves come from strangers.
 */

/** Bytes of a name, in UTF-8: file systems take 255, and a number and `.json` may be put behind it. */
const LONGEST_FILE = 200;
const LONGEST_FOLDER = 120;
/** An extension that is longer is none. */
const LONGEST_EXTENSION = 20;

/** What a name may not have on some system, or what would not show as what it is. */
const FORBIDDEN = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\ufffe\uffff<>:"/\\|?*]/gu;

/** Devices of Windows, whatever stands behind a dot. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(?=\.|$| +\.)/i;

/**
 * @param fallback the name of a file without one, such as `photo-12`
 * @returns its two parts, between which a number may be put: `party` and `.jpg`
 */
export function safeFileName(name: string, fallback: string): { stem: string; extension: string } {
  const safe = safe255(name) || fallback;
  const dot = safe.lastIndexOf(".");
  const extension = dot > 0 ? safe.slice(dot) : "";
  if (extension === "" || extension === "." || byteLength(extension) > LONGEST_EXTENSION) {
    return { stem: cut(safe, LONGEST_FILE), extension: "" };
  }
  return { stem: cut(safe.slice(0, dot), LONGEST_FILE - byteLength(extension)), extension };
}

/** @param fallback the name of an album without a title */
export function safeFolderName(title: string, fallback: string): string {
  return cut(safe255(title) || fallback, LONGEST_FOLDER);
}

/** What two names have in common that are one file on some system: macOS and Windows take no account of case. */
export function nameKey(path: string): string {
  // Twice, since some letters are the same in one case only.
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** Of any length yet. */
function safe255(name: string): string {
  const plain = name
    .toWellFormed()
    .normalize("NFC")
    .replace(FORBIDDEN, "_")
    // Windows takes dots and spaces from the end, and a name that begins with a dot is hidden elsewhere.
    .replace(/[\s.]+$/, "")
    .replace(/^\s+/, "")
    .replace(/^\.+/, (dots) => "_".repeat(dots.length));
  return DEVICE.test(plain) ? `_${plain}` : plain;
}

/** So many bytes at most, in whole characters, and again without a dot or a space at the end. */
function cut(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  let kept = "";
  let length = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    length += byteLength(segment);
    if (length > bytes) break;
    kept += segment;
  }
  // A single character may be made of any number of marks.
  return (
    kept ||
    Buffer.from(text)
      .subarray(0, bytes)
      .toString()
      .replace(/\ufffd+$/, "")
  ).replace(/[\s.]+$/, "");
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

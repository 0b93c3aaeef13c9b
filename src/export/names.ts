/**
 * Makes names of files and folders safe for every file system, since exports are copied to disks of Windows and macOS. The
 * names come from strangers.
 */

/** Longest names in bytes of UTF-8. File systems take 255, and a number and `.json` may be added. */
const LONGEST_FILE = 200;
const LONGEST_FOLDER = 120;
/** What stands behind the last dot counts as an extension up to this many bytes. */
const LONGEST_EXTENSION = 20;

/** Characters that some system does not take in a name, or that hide what the name really is. */
const FORBIDDEN = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\ufffe\uffff<>:"/\\|?*]/gu;

/** Names of devices in Windows, which it takes for them with any extension. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(?=\.|$| +\.)/i;

/**
 * A safe name for a file.
 * @param fallback used if nothing of the name is left, such as `photo-12`
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

/** A safe name for an album's folder. @param fallback used if nothing of the title is left */
export function safeFolderName(title: string, fallback: string): string {
  return cut(safe255(title) || fallback, LONGEST_FOLDER);
}

/** A key that two names share if they are the same file on some system: macOS and Windows ignore case. */
export function nameKey(path: string): string {
  // Twice, since some letters are the same in one case only.
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** A safe name of any length. */
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

/** Shortens a name to this many bytes, at the end of a character, and removes dots and spaces from its end again. */
function cut(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  let kept = "";
  let length = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    length += byteLength(segment);
    if (length > bytes) break;
    kept += segment;
  }
  // The first character alone may be too long, as one with many combining marks: then it is cut within.
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

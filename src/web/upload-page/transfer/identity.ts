/**
 * The identifier by which a file continues: the same for the same file, whenever it is chosen. The
 * file's own name is part of the upload's identity on the server anyway, so that its plain letters
 * are enough here to tell files of equal size and date apart.
 * @param path the folder that it was chosen with, or "": two folders may have files that are alike
 */
export function identifierOf(
  file: { name: string; size: number; lastModified: number },
  path = "",
): string {
  const trace = file.name.replaceAll(/[^0-9A-Za-z_.-]/g, "").slice(-60);
  const folder = path === "" ? "" : `-${fingerprint(path)}`;
  return `${file.size}-${file.lastModified}-${trace}${folder}`;
}

/**
 * A hash of 53 bits (cyrb53), in letters and digits: enough to tell upload tokens apart, too little to guess one from
 * it. Not by crypto.subtle, which browsers withhold from pages that came over plain http.
 */
export function fingerprint(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}

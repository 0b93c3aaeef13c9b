const mebibyte = 1024 * 1024;

/**
 * The name under which a file continues: the same for the same file, whenever it is chosen. The
 * file's own name is part of the upload's identity on the server already, so only a trace of it
 * is needed here, for files of equal size and date.
 */
export function identifierOf(file: { name: string; size: number; lastModified: number }): string {
  const trace = file.name.replaceAll(/[^0-9A-Za-z_.-]/g, "").slice(-60);
  return `${file.size}-${file.lastModified}-${trace}`;
}

/**
 * Bytes per chunk. Part of the upload's identity, so it hangs on the device alone: on a phone,
 * where connections break often, half as much is lost each time. The shorter side of the screen
 * is the same however the phone is turned.
 */
export function chunkSizeFor(device: { touch: boolean; shorterSide: number }): number {
  return device.touch && device.shorterSide < 600 ? 4 * mebibyte : 8 * mebibyte;
}

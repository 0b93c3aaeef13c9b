/** The icon of the site, drawn here so that no binary lies in the repository: an arrow up, out of a tray. */
const DRAWING = `
................
.......##.......
......####......
.....######.....
....########....
...##########...
......####......
......####......
......####......
......####......
................
.##..........##.
.##..........##.
.##############.
.##############.
................
`;

const SIDE = 16;
const COLOUR = [0x0b, 0x8a, 0x7f] as const;

/** What `/favicon.ico` is: one bitmap of 16 × 16 points, a bit each, and which of them are to be seen. */
export const icon: Uint8Array<ArrayBuffer> = ico(DRAWING.trim().split("\n"));

/** Source: the format as Windows 3.0 has it, which every browser reads. Numbers have their low byte first. */
function ico(rows: string[]): Uint8Array<ArrayBuffer> {
  // A row of a bitmap fills whole words of four bytes, and the last row comes first.
  const ROW = 4;
  const HEADS = { file: 6, entry: 16, bitmap: 40, palette: 8 };
  const start = HEADS.file + HEADS.entry;
  const pixels = start + HEADS.bitmap + HEADS.palette;
  const bytes = new Uint8Array(pixels + 2 * ROW * SIDE);
  const view = new DataView(bytes.buffer);
  // One image, which is an icon.
  view.setUint16(2, 1, true);
  view.setUint16(4, 1, true);
  bytes.set([SIDE, SIDE, 2, 0], HEADS.file);
  view.setUint16(HEADS.file + 4, 1, true);
  view.setUint16(HEADS.file + 6, 1, true);
  view.setUint32(HEADS.file + 8, bytes.length - start, true);
  view.setUint32(HEADS.file + 12, start, true);
  view.setUint32(start, HEADS.bitmap, true);
  view.setUint32(start + 4, SIDE, true);
  // Of both bitmaps together: the points, and the mask of those that are not to be seen.
  view.setUint32(start + 8, 2 * SIDE, true);
  view.setUint16(start + 12, 1, true);
  view.setUint16(start + 14, 1, true);
  bytes.set(COLOUR.toReversed(), start + HEADS.bitmap + 4);
  for (const [index, row] of rows.entries()) {
    const shown = Number.parseInt(row.replaceAll(".", "0").replaceAll("#", "1"), 2);
    const at = pixels + (SIDE - 1 - index) * ROW;
    view.setUint16(at, shown);
    view.setUint16(at + ROW * SIDE, ~shown & 0xffff);
  }
  return bytes;
}

import { encode } from "uqr";

/** The white margin in modules (the code's squares) that ISO/IEC 18004 asks for, so that cameras find the code. */
const QUIET = 4;

/** A text as a QR code: which modules of which row are dark, with the margin. `size`: modules of a side. */
export function qrModules(text: string): { size: number; dark: boolean[][] } {
  const { size, data } = encode(text, { ecc: "M", border: QUIET });
  return { size, dark: data };
}

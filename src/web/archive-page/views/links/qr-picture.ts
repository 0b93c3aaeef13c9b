import { qrModules } from "./qr-modules.ts";

/** Pixels of a side, at least: sharp on paper up to a hand's width. */
const SIDE = 1200;

/** For so long a browser may take to begin with a download. */
const BEGIN_MS = 60_000;

/** Saves the QR code of a text as a PNG, which is printed, and put into messages and documents, everywhere. */
export async function saveQrPicture(text: string, fileName: string): Promise<void> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await drawn(text));
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), BEGIN_MS);
}

/** @returns a PNG, each module a square of the same whole number of pixels */
function drawn(text: string): Promise<Blob> {
  const { size, dark } = qrModules(text);
  const scale = Math.ceil(SIDE / size);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * scale;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser draws no pictures.");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000000";
  for (const [y, row] of dark.entries()) {
    for (const [x, isDark] of row.entries()) {
      if (isDark) context.fillRect(x * scale, y * scale, scale, scale);
    }
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("No picture was made."))));
  });
}

/** Runs on a worker: makes a small picture of a large one, so that the page does not stand still meanwhile. */

export type PreviewOrder = { id: number; file: Blob };
/** Undefined where the browser cannot decode the file. */
export type PreviewAnswer = { id: number; preview: Blob | undefined };

/** Pixels of the shorter side: as large as a row shows it on the sharpest screens. */
const EDGE = 144;

/** The parts of a worker's global scope that are used; TypeScript's DOM library is that of pages. */
const scope = globalThis as unknown as {
  addEventListener(type: "message", listener: (event: MessageEvent<PreviewOrder>) => void): void;
  postMessage(answer: PreviewAnswer, handedOver: Transferable[]): void;
};

scope.addEventListener("message", ({ data: { id, file } }) => {
  void shrink(file)
    .catch(() => undefined)
    .then((preview) => scope.postMessage({ id, preview }, []));
});

/** The middle of the picture as a square. */
async function shrink(file: Blob): Promise<Blob> {
  // With a size that is asked for, a browser need not hold the whole picture: 100 megapixels are 400 MB.
  const small = await createImageBitmap(file, { resizeWidth: EDGE * 2, resizeQuality: "medium" });
  const canvas = new OffscreenCanvas(EDGE, EDGE);
  const scale = EDGE / Math.min(small.width, small.height);
  const [width, height] = [small.width * scale, small.height * scale];
  canvas.getContext("2d")?.drawImage(small, (EDGE - width) / 2, (EDGE - height) / 2, width, height);
  small.close();
  return canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
}

import type { PreviewAnswer, PreviewOrder } from "./worker.ts";

/** Milliseconds. No camera's picture takes longer: this one was made to keep browsers busy. */
const PATIENCE_MS = 10_000;
/** Bytes. Larger files are not decoded: no camera makes them. */
const LARGEST = 200 * 1024 * 1024;

/** Makes a small picture of a file, or answers undefined where that cannot be done. */
export type Preview = (file: Blob) => Promise<Blob | undefined>;

/** A worker that makes previews, begun when it is first wanted, and anew when it got stuck. */
export function createPictures(script: string): Preview {
  const open = new Map<number, (preview: Blob | undefined) => void>();
  let worker: Worker | undefined;
  let last = 0;

  const end = () => {
    worker?.terminate();
    worker = undefined;
    for (const answer of open.values()) answer(undefined);
    open.clear();
  };
  const begin = () => {
    const begun = new Worker(script);
    begun.addEventListener("message", ({ data }: MessageEvent<PreviewAnswer>) => {
      open.get(data.id)?.(data.preview);
      open.delete(data.id);
    });
    begun.addEventListener("error", end);
    return begun;
  };

  return async (file) => {
    if (file.size > LARGEST || !("OffscreenCanvas" in globalThis)) return undefined;
    worker ??= begin();
    const id = (last += 1);
    const order: PreviewOrder = { id, file };
    const made = new Promise<Blob | undefined>((resolve) => open.set(id, resolve));
    // The second argument is empty: the worker reads the file, and the page keeps it for sending.
    worker.postMessage(order, []);
    const timer = setTimeout(end, PATIENCE_MS);
    return made.finally(() => clearTimeout(timer));
  };
}

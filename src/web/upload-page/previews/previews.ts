import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { createPictures, type Preview } from "./pictures.ts";
import { frameOf } from "./video-frame.ts";

export type PreviewKind = "image" | "video" | "file";

/** Small pictures of the files whose rows are seen. */
export type Previews = {
  /** The address of a file's picture as soon as there is one. To be given back with `release` for each time. */
  use(id: string, file: File): ReadonlySignal<string | undefined>;
  release(id: string): void;
};

/** So many pictures are kept that no row shows at the moment, for rows that come back. */
const KEPT = 40;
/** How many pictures are decoded at once; of videos one. */
const AT_ONCE = 2;

type Kept = { address: Signal<string | undefined>; users: number };

/** @param script address of the worker's script */
export function createPreviews(script: string): Previews {
  const kept = new Map<string, Kept>();
  const pictures = inTurn(createPictures(script), AT_ONCE);
  const frames = inTurn(frameOf, 1);

  const make = async (id: string, file: File) => {
    const kind = previewKind(file);
    if (kind === "file") return;
    const wanted = () => (kept.get(id)?.users ?? 0) > 0;
    const preview = await (kind === "image" ? pictures : frames)(file, wanted);
    const one = kept.get(id);
    if (preview !== undefined && one?.address.value === undefined && one !== undefined) {
      one.address.value = URL.createObjectURL(preview);
    }
    // No row showed the file any more when it was its turn. A row that comes back asks for its picture again.
    if (preview === undefined && !wanted()) kept.delete(id);
  };

  return {
    use(id, file) {
      const known = kept.get(id);
      const one = known ?? { address: signal<string | undefined>(undefined), users: 0 };
      one.users += 1;
      // Put at the end: `release` gives up those first that were used longest ago.
      kept.delete(id);
      kept.set(id, one);
      if (known === undefined) void make(id, file).catch(() => undefined);
      return one.address;
    },
    release(id) {
      const one = kept.get(id);
      if (one !== undefined) one.users -= 1;
      const unused = [...kept].filter(([, { users }]) => users === 0);
      for (const [old, { address }] of unused.slice(0, Math.max(0, unused.length - KEPT))) {
        kept.delete(old);
        if (address.value !== undefined) URL.revokeObjectURL(address.value);
      }
    },
  };
}

/** What a file is shown as before it has a picture, or where it can have none. */
export function previewKind({ type, name }: { type: string; name: string }): PreviewKind {
  if (type === "image/svg+xml") return "file";
  if (type.startsWith("image/") || /\.(hei[cf]|avif|jxl)$/i.test(name)) return "image";
  return type.startsWith("video/") ? "video" : "file";
}

/** So many at once; the others wait, and those that nobody wants any more when it is their turn are left out. */
function inTurn(preview: Preview, atOnce: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (file: File, wanted: () => boolean): Promise<Blob | undefined> => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return wanted() ? await preview(file) : undefined;
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}

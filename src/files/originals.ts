import { join } from "node:path";
import type { Calls } from "./calls.ts";
import { digestFile } from "./digest-file.ts";
import type { Originals, Place } from "./files.ts";
import type { Lost } from "./lost.ts";
import { deleteEmptyFolder, isMissing, lengthAt, moveToNew } from "./move.ts";
import { originalName, requireFileName } from "./names.ts";

/** How often a file is looked for that is being moved. */
const TRIES = 3;

export type OriginalsOptions = {
  /** The folder of the photos. */
  photos: string;
  /** The folder of uploads' files, where an original comes from. */
  uploads: string;
  lost: Lost;
  calls: Calls;
};

/**
 * Files of photos, in a folder for each photo: `<tree id>/<photo id>/<file>`. One is brought there by a
 * rename, whatever its size, and nothing is renamed over a file that is there. A rename is not waited for: a
 * power cut leaves the file in one of the two places, and whoever looks for it looks into both.
 */
export function createOriginals({ photos, uploads, lost, calls }: OriginalsOptions): Originals {
  /** By the path they lead to: who asks for the same file at the same time shares one rename. */
  const underWay = new Map<string, Promise<boolean>>();

  const uploadPath = (file: string) => join(uploads, requireFileName(file));
  const folderOf = ({ treeId, photoId }: Omit<Place, "file" | "size">) =>
    join(photos, String(treeId), String(photoId));
  const pathOf = (place: Omit<Place, "size">) => join(folderOf(place), originalName(place.file));

  /** Where a photo's bytes lie, if not in their place: by name and size, which nothing else has. */
  function strayOf({ file, size }: Place): string | undefined {
    return [uploadPath(file), lost.pathOf(file)].find((path) => lengthAt(path) === size);
  }

  /** Where the bytes are at this moment: those of the right size, or what the disk has left of them. */
  function locate(place: Place): string | undefined {
    const path = pathOf(place);
    const found = lengthAt(path) === place.size ? path : (strayOf(place) ?? path);
    return lengthAt(found) === undefined ? undefined : found;
  }

  async function move(place: Place, path: string): Promise<boolean> {
    const stray = strayOf(place);
    // One of another size is what the disk has left of it, and better than none.
    if (stray === undefined) return lengthAt(path) !== undefined;
    await calls.mkdir(folderOf(place));
    // Another photo's of the same id, whose record was lost; or what is left of this one.
    await lost.makeWay(path, place.file);
    await moveToNew(calls, stray, path);
    return true;
  }

  async function bring(place: Place): Promise<boolean> {
    const path = pathOf(place);
    const other = underWay.get(path);
    if (other) return other;
    if (lengthAt(path) === place.size) return true;
    const moving = move(place, path).finally(() => underWay.delete(path));
    underWay.set(path, moving);
    return moving;
  }

  return {
    place: bring,

    read: async (place) => {
      // It is opened by its path only when it is sent, and must not be on its way by then. Where it cannot be
      // moved, on a disk that takes no writes perhaps, it is read from where it lies.
      await bring(place).catch(() => undefined);
      const found = locate(place);
      if (found === undefined) {
        throw new Error(`The original of photo ${place.photoId} is missing`);
      }
      return Bun.file(found);
    },

    digest: async (place, algorithms, pace) => {
      // It may be moved between being found and being opened, from staging to its place.
      for (let tries = 0; tries < TRIES; tries += 1) {
        const path = locate(place);
        if (path === undefined) continue;
        try {
          return await digestFile(path, algorithms, pace ? { pace } : {});
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }
      return undefined;
    },

    takeBack: async (place) => {
      const [back, moved] = [uploadPath(place.file), pathOf(place)];
      if (lengthAt(back) !== undefined || lengthAt(moved) === undefined) return;
      await lost.makeWay(back, place.file);
      await moveToNew(calls, moved, back);
      await deleteEmptyFolder(folderOf(place));
    },

    putStraysAside: (lastPhotoId) => lost.takeStrays(photos, lastPhotoId),
  };
}

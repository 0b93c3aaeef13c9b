import { existsSync, rmdirSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { Calls } from "./calls.ts";
import { digestFile } from "./digest-file.ts";
import type { Originals, Place } from "./files.ts";
import type { Lost } from "./lost.ts";
import { createFolderSync } from "./folder-sync.ts";
import { deleteEmptyFolder, isMissing, lengthAt, moveToNew } from "./move.ts";
import { openForReading } from "./open-file.ts";
import { originalName, requireFileName } from "./names.ts";

/** How often a file is looked for that is being moved. */
const TRIES = 3;

export type OriginalsOptions = {
  /** The folder of the photos. */
  photos: string;
  /** The folder of uploads' files, where an original comes from. */
  uploads: string;
  lost: Lost;
  /** Whether anything waits for the disk. */
  durable: boolean;
  calls: Calls;
};

/**
 * Files of photos, in a folder for each photo: `<tree id>/<photo id>/<file>`. One is brought there by a
 * rename, whatever its size, and nothing is renamed over a file that is there. A rename is not waited for: a
 * power cut leaves the file in one of the two places, and whoever looks for it looks into both.
 */
export function createOriginals(options: OriginalsOptions): Originals {
  const { photos, uploads, lost, durable, calls } = options;

  /**
   * Files that are being moved to their place, or deleted, by the path of that place. Whoever asks for the same file at the same time
   * waits for the same one. Resolves with whether the file is there then.
   */
  const underWay = new Map<string, Promise<boolean>>();

  const sync = createSyncs(durable, calls);

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

  /** Whether another file than this one is on its way into a photo's folder. */
  function isAwaited(folder: string, own: string): boolean {
    return [...underWay.keys()].some((path) => path !== own && path.startsWith(folder + sep));
  }

  async function deleteAll(place: Place, path: string): Promise<void> {
    const folder = folderOf(place);
    const there = await unlink(calls, path);
    // Also where nothing was there: whoever deleted it before may have been cut off behind that.
    if (!isAwaited(folder, path)) deleteFolderIfEmpty(folder);
    if (existsSync(dirname(folder))) await sync(dirname(folder));
    if ((await unlink(calls, uploadPath(place.file))) || !there) await sync(uploads);
    const aside = lost.pathOf(place.file);
    if (lengthAt(aside) === place.size && (await unlink(calls, aside))) await sync(dirname(aside));
  }

  /** Where the photo's bytes lie now, and stay in this turn of the event loop. */
  async function find(place: Place): Promise<string> {
    const path = pathOf(place);
    if (!underWay.has(path) && lengthAt(path) === place.size) return path;
    // It is opened by its path only when it is sent, and must not be on its way by then. Where it cannot be
    // moved, on a disk that takes no writes perhaps, it is read from where it lies.
    await bring(place).catch(() => undefined);
    const found = locate(place);
    if (found === undefined) {
      throw new Error(`The original of photo ${place.photoId} is missing`);
    }
    return found;
  }

  return {
    place: bring,

    delete: async (place) => {
      const path = pathOf(place);
      for (let other = underWay.get(path); other; other = underWay.get(path)) {
        await other.catch(() => false);
      }
      const deleting = deleteAll(place, path).finally(() => underWay.delete(path));
      // Whoever wants to bring the file to its place meanwhile finds none.
      underWay.set(
        path,
        deleting.then(
          () => false,
          () => false,
        ),
      );
      return deleting;
    },

    read: async (place) => Bun.file(await find(place)),
    open: async (place) => openForReading(await find(place)),
    locate: find,

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

/** Brings to the disk, where anything waits for it, that names were deleted from a folder. */
function createSyncs(durable: boolean, calls: Calls): (folder: string) => Promise<void> {
  /** By folder: one for each thousand photos that something was deleted of. */
  const syncs = new Map<string, () => Promise<void>>();
  return async (folder) => {
    if (!durable) return;
    const known = syncs.get(folder) ?? createFolderSync(folder, calls);
    syncs.set(folder, known);
    await known();
  };
}

/** @returns whether there was such a file */
async function unlink(calls: Calls, path: string): Promise<boolean> {
  try {
    await calls.unlink(path);
    return true;
  } catch (error) {
    // Without the folder, or with a file in the place of one, there is no such file either.
    if (isMissing(error) || (error as { code?: string }).code === "ENOTDIR") return false;
    throw error;
  }
}

/** Deletes a folder in this turn of the event loop, so that nothing can set out for it meanwhile. */
function deleteFolderIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (!["ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(code)) throw error;
  }
}

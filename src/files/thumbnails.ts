import { readdir, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Calls } from "./calls.ts";
import type { Thumbnails, ThumbnailsOf } from "./files.ts";
import { deleteEmptyFolder, isMissing, lengthAt } from "./move.ts";
import { requireFileName } from "./names.ts";
import { openForReading } from "./open-file.ts";

const WORK = /^([1-9]\d{0,15})\.([1-9]\d{0,15})\.([0-9A-Za-z]{1,24})$/;

/** Thumbnails in a folder for each photo, beside a folder in which they are made. */
export function createThumbnails({ folder, calls }: { folder: string; calls: Calls }): Thumbnails {
  const work = join(folder, "work");
  const workOf = ({ treeId, photoId, file }: ThumbnailsOf) =>
    join(work, `${treeId}.${photoId}.${requireFileName(file)}`);
  const folderOf = ({ treeId, photoId }: ThumbnailsOf) =>
    join(folder, String(treeId), String(photoId));
  const pathOf = (of: ThumbnailsOf, format: string) =>
    join(folderOf(of), `${requireFileName(of.file)}-${requireFormat(format)}.webp`);

  async function endWork(of: ThumbnailsOf): Promise<void> {
    await rm(workOf(of), { recursive: true, force: true });
  }

  return {
    beginWork: async (of) => {
      await endWork(of);
      await calls.mkdir(workOf(of));
      return workOf(of);
    },

    place: async (of, format) => {
      const made = join(workOf(of), `${requireFormat(format)}.webp`);
      // What made it may have been taken over by what it read: a link is not followed.
      const size = lengthAt(made);
      if (size === undefined) throw new Error(`The thumbnail ${format} was not made`);
      await calls.mkdir(folderOf(of));
      await calls.rename(made, pathOf(of, format));
      return size;
    },

    endWork,

    leftWork: async () => {
      const left = await namesIn(work);
      return left.flatMap((name) => {
        const [, treeId, photoId, file] = WORK.exec(name) ?? [];
        return file ? [{ treeId: Number(treeId), photoId: Number(photoId), file }] : [];
      });
    },

    read: async (of, format, size) => {
      const path = pathOf(of, format);
      return lengthAt(path) === size ? Bun.file(path) : undefined;
    },

    open: async (of, format) => openForReading(pathOf(of, format)),

    delete: async (of) => {
      const place = folderOf(of);
      const names = await namesIn(place);
      const own = names.filter((name) => name.startsWith(`${requireFileName(of.file)}-`));
      for (const name of own) await unlink(join(place, name)).catch(unlessMissing);
      await deleteEmptyFolder(place);
    },
  };
}

/** Before it becomes a part of a path. */
function requireFormat(format: string): string {
  if (/^[a-z0-9]{1,20}$/.test(format)) return format;
  throw new Error(`${JSON.stringify(format)} is no format of a thumbnail`);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    unlessMissing(error);
    return [];
  });
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

import { constants, openSync, rmSync, statfsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Files, Spool } from "./files.ts";
import { createSink } from "./sink.ts";

const READ_BYTES = 512 * 1024;

/**
 * Files in a folder:
 *
 *     uploads/<upload id>              bytes of an unfinished upload, written in place
 *     spool/<random>                   bytes of a request whose upload is not known yet
 *     photos/<tree id>/<photo id>/original
 *
 * An upload is kept by one rename, whatever its size. Where `durable`, what `sync` and `keep` have
 * answered for outlives a power cut. Only what lies under uploads/ and spool/ is
 * ever removed here.
 */
export async function createDisk(
  folder: string,
  { durable }: { durable: boolean },
): Promise<Files> {
  const uploads = join(folder, "uploads");
  const spools = join(folder, "spool");
  const photos = join(folder, "photos");
  for (const place of [uploads, spools, photos]) await mkdir(place, { recursive: true });

  const uploadPath = (uploadId: number) => join(uploads, String(uploadId));
  const photoFolder = (treeId: number, photoId: number) =>
    join(photos, String(treeId), String(photoId));

  return {
    spool: async () => {
      const path = join(spools, crypto.randomUUID());
      const sink = createSink(openSync(path, "wx"), { offset: 0, durable });
      return { ...sink, path, read: () => read(path), discard: () => discard(sink, path) };
    },

    write: async (uploadId, offset) =>
      createSink(openToWrite(uploadPath(uploadId)), { offset, durable }),

    adopt: async (spool, uploadId) => {
      await spool.flush();
      await spool.close();
      await rename(spool.path, uploadPath(uploadId));
    },

    sync: async (uploadId) => {
      if (!durable) return;
      const handle = await open(uploadPath(uploadId), "r+");
      try {
        await handle.datasync();
      } finally {
        await handle.close();
      }
    },

    head: (uploadId, bytes) => Bun.file(uploadPath(uploadId)).slice(0, bytes).bytes(),

    keep: async (uploadId, treeId, size) => {
      const target = photoFolder(treeId, uploadId);
      const original = join(target, "original");
      const made = await mkdir(target, { recursive: true });
      const there = await stat(uploadPath(uploadId)).catch(() => undefined);
      if (there && there.size !== size) {
        throw new Error(`Upload ${uploadId} has ${there.size} bytes on disk, not ${size}`);
      }
      try {
        await rename(uploadPath(uploadId), original);
      } catch (error) {
        const kept = await stat(original).catch(() => undefined);
        if (kept?.size !== size) throw error;
      }
      if (!durable) return;
      await syncFolder(target);
      // What was made is an entry of the folder above it.
      if (made) await syncFolder(join(photos, String(treeId)));
      if (made && made !== target) await syncFolder(photos);
    },

    giveBack: async (uploadId, treeId) => {
      const target = photoFolder(treeId, uploadId);
      await rename(join(target, "original"), uploadPath(uploadId)).catch(unlessMissing);
      await rmdir(target).catch(unlessMissing);
    },

    original: (treeId, photoId) => Bun.file(join(photoFolder(treeId, photoId), "original")),

    remove: async (uploadId) => rmSync(uploadPath(uploadId), { force: true }),

    space: () => {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    },

    uploadIds: async () =>
      (await readdir(uploads)).map(Number).filter((id) => Number.isSafeInteger(id) && id > 0),

    clear: async () => {
      for (const name of await readdir(spools)) await rm(join(spools, name), { force: true });
    },
  };
}

/** For writing in place: made where it is missing, never emptied. */
function openToWrite(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_CREAT);
}

/** Through one buffer: what is read here goes on at once. */
async function* read(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, "r");
  const buffer = new Uint8Array(READ_BYTES);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function discard(sink: Pick<Spool, "close">, path: string): Promise<void> {
  await sink.close();
  await rm(path, { force: true });
}

/** A rename is on the disk once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unlessMissing(error: { code?: string }): void {
  if (error.code !== "ENOENT") throw error;
}

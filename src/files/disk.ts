import { closeSync, constants, rmSync, statfsSync } from "node:fs";
import { mkdir, open, readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder, systemCalls, type Calls } from "./calls.ts";
import type { Files, Place, Spool } from "./files.ts";
import { createLost } from "./lost.ts";
import { isMissing, lengthAt, moveToNew, readHead, unlessMissing } from "./move.ts";
import { isFileName, requireFileName } from "./names.ts";
import { createSink } from "./sink.ts";

const READ_BYTES = 512 * 1024;

/** No link is followed where bytes of strangers are written or read: only folders may be links. */
const IN_PLACE = constants.O_RDWR | constants.O_NOFOLLOW;

export type DiskOptions = {
  /** Whether anything waits for the disk. */
  durable: boolean;
  /** System calls other than the machine's own, for tests. */
  calls?: Calls;
};

/**
 * Files in a folder:
 *
 *     uploads/<file>                    bytes of an unfinished upload, written in place
 *     spool/<random>                    bytes of a request whose upload is not known yet
 *     photos/<tree id>/<photo id>/<file>
 *     lost/<file>                       bytes that no record knows, put aside
 *
 * An upload is kept by one rename, whatever its size, and nothing is ever renamed over a file that is
 * there. Where `durable`, what `sync` and `keep` have answered for outlives a power cut. Only what
 * lies under uploads/ and spool/ is ever removed here. Earlier versions named a file in uploads/ by
 * its upload's id and each original `original`.
 */
export async function createDisk(
  folder: string,
  { durable, calls = systemCalls }: DiskOptions,
): Promise<Files> {
  const uploads = join(folder, "uploads");
  const spools = join(folder, "spool");
  const photos = join(folder, "photos");
  for (const place of [uploads, spools, photos]) await mkdir(place, { recursive: true });
  /** Trees whose own entry is on the disk. */
  const syncedTrees = new Set<number>();
  const lost = createLost(folder, calls);

  const uploadPath = (file: string) => join(uploads, requireFileName(file));
  const treeFolder = (treeId: number) => join(photos, String(treeId));
  const photoFolder = ({ treeId, photoId }: Place) => join(treeFolder(treeId), String(photoId));
  const originalPath = (place: Place) => {
    const { file, photoId } = place;
    const name = file === String(photoId) ? "original" : requireFileName(file);
    return join(photoFolder(place), name);
  };

  async function syncPlace(place: Place): Promise<void> {
    if (!durable) return;
    await syncFolder(calls, photoFolder(place));
    // What was made is an entry of the folder above it.
    await syncFolder(calls, treeFolder(place.treeId));
    if (syncedTrees.has(place.treeId)) return;
    await syncFolder(calls, photos);
    syncedTrees.add(place.treeId);
  }

  /** Where a photo's bytes lie, if not in their place: by name and size, which nothing else has. */
  function strayOf({ file }: Place, size: number): string | undefined {
    return [uploadPath(file), lost.pathOf(file)].find((path) => lengthAt(path) === size);
  }

  return {
    spool: async () => {
      const path = join(spools, crypto.randomUUID());
      const fd = calls.open(
        path,
        constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      );
      const sink = createSink(fd, { offset: 0, durable, calls });
      return { ...sink, path, read: () => read(path), discard: () => discard(sink, path) };
    },

    write: async (file, offset, { create, onSyncFailed }) => {
      const path = uploadPath(file);
      // What is none of ours under a name of ours, a link, makes way: it holds no byte of an upload.
      if (create && lengthAt(path) === undefined) await lost.clear(path, file);
      const fd = calls.open(path, create ? IN_PLACE | constants.O_CREAT : IN_PLACE);
      return createSink(fd, { offset, durable, calls, onSyncFailed });
    },

    adopt: async (spool, file) => {
      await spool.flush();
      await spool.sync();
      await spool.close();
      await moveToNew(calls, spool.path, uploadPath(file));
    },

    sync: async (file) => {
      if (!durable) return;
      const fd = calls.open(uploadPath(file), IN_PLACE);
      try {
        await calls.fdatasync(fd);
      } finally {
        closeSync(fd);
      }
    },

    head: async (place, bytes) => {
      try {
        return await readHead(uploadPath(place.file), bytes);
      } catch (error) {
        if (!isMissing(error)) throw error;
        return readHead(originalPath(place), bytes);
      }
    },

    keep: async (place, size) => {
      const [from, to] = [uploadPath(place.file), originalPath(place)];
      await calls.mkdir(photoFolder(place));
      const there = lengthAt(from);
      if (there === undefined) {
        const kept = lengthAt(to);
        if (kept !== size) throw wrongSize(place, kept, size);
      } else {
        if (there !== size) throw wrongSize(place, there, size);
        // Of a record that was lost, under a name of earlier versions: those came again.
        await lost.clear(to, place.file);
        await moveToNew(calls, from, to);
      }
      await syncPlace(place);
    },

    giveBack: async (place) => {
      const [back, kept] = [uploadPath(place.file), originalPath(place)];
      if (lengthAt(back) === undefined && lengthAt(kept) !== undefined) {
        await lost.clear(back, place.file);
        await moveToNew(calls, kept, back);
      }
      await rmdir(photoFolder(place)).catch(unlessMissing);
      return lengthAt(back) !== undefined;
    },

    original: async (place, size) => {
      const path = originalPath(place);
      if (lengthAt(path) !== undefined) return Bun.file(path);
      const stray = strayOf(place, size);
      if (stray === undefined) throw new Error(`The original of photo ${place.photoId} is missing`);
      return Bun.file(stray);
    },

    restore: async (place, size) => {
      const path = originalPath(place);
      if (lengthAt(path) !== undefined) return true;
      const stray = strayOf(place, size);
      if (stray === undefined) return false;
      await calls.mkdir(photoFolder(place));
      await moveToNew(calls, stray, path);
      await syncPlace(place);
      return true;
    },

    remove: async (file) => rmSync(uploadPath(file), { force: true }),

    putAside: async (file) => lost.take(uploadPath(file), file),

    putStraysAside: (lastId) => lost.takeStrays(photos, lastId),

    space: () => {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    },

    names: async () => {
      const entries = await readdir(uploads, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .filter(isFileName);
    },

    lengthOf: (file) => lengthAt(uploadPath(file)),

    clear: async () => {
      for (const entry of await readdir(spools, { withFileTypes: true })) {
        // A folder there is none of ours.
        if (!entry.isDirectory()) await rm(join(spools, entry.name), { force: true });
      }
    },
  };
}

function wrongSize({ photoId }: Place, there: number | undefined, size: number): Error {
  return new Error(`Upload ${photoId} has ${there ?? "no"} bytes on disk, not ${size}`);
}

/** Through one buffer: what is read here goes on at once. */
async function* read(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
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

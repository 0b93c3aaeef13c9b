import { closeSync, constants, rmSync, statfsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Calls } from "./calls.ts";
import { digestFile } from "./digest-file.ts";
import { SyncFailed, type Staging } from "./files.ts";
import { createFolderSync } from "./folder-sync.ts";
import type { Lost } from "./lost.ts";
import { lengthAt, moveToNew, readHead } from "./move.ts";
import { isFileName, requireFileName } from "./names.ts";
import { createSink } from "./sink.ts";

/** No link is followed where bytes of strangers are written or read: only folders may be links. */
const IN_PLACE = constants.O_RDWR | constants.O_NOFOLLOW;

export type StagingOptions = {
  /** The folder of the files. */
  uploads: string;
  lost: Lost;
  /** Whether anything waits for the disk. */
  durable: boolean;
  calls: Calls;
};

/** Files of uploads in a folder, each under its own name; their bytes are written in place. */
export function createStaging({ uploads, lost, durable, calls }: StagingOptions): Staging {
  const pathOf = (file: string) => join(uploads, requireFileName(file));
  const syncNames = createFolderSync(uploads, calls);

  return {
    write: async (file, offset, { create, onSyncFailed }) => {
      const path = pathOf(file);
      // What has the file's name and is no file, a link perhaps, makes way: it holds no byte of an upload.
      if (create && lengthAt(path) === undefined) await lost.makeWay(path, file);
      const fd = calls.open(path, create ? IN_PLACE | constants.O_CREAT : IN_PLACE);
      return createSink(fd, { offset, durable, calls, onSyncFailed });
    },

    adopt: async (spool, file) => {
      await spool.flush();
      await spool.sync();
      await spool.close();
      await moveToNew(calls, spool.path, pathOf(file));
    },

    sync: async (file) => {
      const fd = calls.open(pathOf(file), IN_PLACE);
      try {
        if (durable) await calls.fdatasync(fd);
      } catch (error) {
        throw new SyncFailed(error);
      } finally {
        closeSync(fd);
      }
    },

    finalize: async (file, size) => {
      const there = lengthAt(pathOf(file));
      if (there === undefined) throw new Error(`The file ${file} of ${size} bytes is missing`);
      if (there !== size) throw new Error(`The file ${file} has ${there} bytes, not ${size}`);
      if (durable) await syncNames();
    },

    head: (file, bytes) => readHead(pathOf(file), bytes),

    digest: async (file, range, algorithms) =>
      (await digestFile(pathOf(file), algorithms, { range })).digests,

    lengthOf: (file) => lengthAt(pathOf(file)),

    delete: async (file) => rmSync(pathOf(file), { force: true }),

    names: async () => {
      const entries = await readdir(uploads, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .filter(isFileName);
    },

    putAside: async (file) => lost.take(pathOf(file), file),

    space: () => {
      const { bavail, bsize } = statfsSync(uploads);
      return bavail * bsize;
    },
  };
}

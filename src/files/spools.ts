import { constants } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Calls } from "./calls.ts";
import { giveBack, takeBuffer } from "./buffers.ts";
import { digestFile } from "./digest-file.ts";
import type { Spools } from "./files.ts";
import { createSink } from "./sink.ts";

const NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export type SpoolsOptions = {
  /** The folder of the spools. */
  folder: string;
  /** Whether anything waits for the disk. */
  durable: boolean;
  calls: Calls;
};

/** Spools in a folder, under random names. */
export function createSpools({ folder, durable, calls }: SpoolsOptions): Spools {
  return {
    create: async () => {
      const path = join(folder, crypto.randomUUID());
      const sink = createSink(calls.open(path, NEW), { offset: 0, durable, calls });
      const deleteIt = async () => {
        await sink.close();
        await rm(path, { force: true });
      };
      return {
        ...sink,
        path,
        read: () => read(path),
        digest: async (algorithms) => (await digestFile(path, algorithms)).digests,
        delete: deleteIt,
        [Symbol.asyncDispose]: deleteIt,
      };
    },

    deleteAll: async () => {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        // No spool is a folder: somebody else has put it here.
        if (!entry.isDirectory()) await rm(join(folder, entry.name), { force: true });
      }
    },
  };
}

/** Through one buffer: a piece is gone when the next one is asked for. */
async function* read(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const buffer = takeBuffer();
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    giveBack(buffer);
    await handle.close();
  }
}

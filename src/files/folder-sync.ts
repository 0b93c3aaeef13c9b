import { closeSync } from "node:fs";
import type { Calls } from "./calls.ts";
import { SyncFailed } from "./files.ts";

/**
 * Brings the entries of a folder to the disk: a file that was synced outlives a power cut only with its name.
 * Calls that come while a sync is under way share the next one, since the one under way may have
 * begun before their entries were made.
 * @returns a function that resolves once a sync has ended that began after it was called. It throws
 * SyncFailed where that sync failed, and the error of opening the folder as it is: nothing was asked of
 * the disk then
 */
export function createFolderSync(folder: string, calls: Calls): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function begin(): Promise<void> {
    const sync = syncFolder(folder, calls).finally(() => {
      if (running === sync) running = undefined;
    });
    running = sync;
    return sync;
  }

  return () => {
    if (!running) return begin();
    // Where the one under way fails, that is thrown to those who wait for it, not to these.
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
}

async function syncFolder(folder: string, calls: Calls): Promise<void> {
  const fd = calls.open(folder, 0);
  try {
    await calls.fsync(fd);
  } catch (error) {
    throw new SyncFailed(error);
  } finally {
    closeSync(fd);
  }
}

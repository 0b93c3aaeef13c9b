import { SyncFailed } from "./files.ts";

/** Brings what is written to an open file to the disk, along the way and in the end. */
export type DiskSync = {
  /**
   * This many more bytes are written: syncs them along the way, where they are many.
   * @returns what the sender of more has to wait for, where too much is not on the disk
   */
  written(bytes: number): Promise<void> | undefined;
  /** Resolves when no sync along the way goes on. */
  idle(): Promise<void>;
  /** @throws SyncFailed */
  sync(): Promise<void>;
};

/** A long file goes to the disk while it comes in, so that little is left to wait for in the end. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

/** Beyond this much that is not on the disk, the sender waits for it. */
const MAX_UNSYNCED_BYTES = 512 * 1024 * 1024;

/**
 * @param fdatasync of the file
 * @param durable whether anything waits for the disk (REDEEM_SYNC): if not, nothing is synced along the way
 * @param onFailed told at once of a sync that failed. It has to be kept for good: the system reports a failure once, and the next
 *   sync may succeed
 */
export function createDiskSync(
  fdatasync: () => Promise<void>,
  durable: boolean,
  onFailed: (failed: SyncFailed) => void,
): DiskSync {
  let unsynced = 0;
  let syncing: Promise<void> | undefined;

  async function sync(): Promise<void> {
    try {
      await fdatasync();
    } catch (error) {
      const failed = new SyncFailed(error);
      onFailed(failed);
      throw failed;
    }
  }

  function syncAlong(): void {
    if (!durable || syncing || unsynced < SYNC_EVERY_BYTES) return;
    const before = unsynced;
    syncing = sync()
      .then(
        () => {
          unsynced -= before;
        },
        // `onFailed` was told.
        () => undefined,
      )
      .finally(() => {
        syncing = undefined;
      });
  }

  return {
    written: (bytes) => {
      unsynced += bytes;
      syncAlong();
      return unsynced > MAX_UNSYNCED_BYTES ? syncing : undefined;
    },
    idle: async () => syncing,
    sync,
  };
}

import { closeSync, write, writeSync } from "node:fs";
import { promisify } from "node:util";
import { systemCalls, type Calls } from "./calls.ts";
import { SyncFailed, type Sink } from "./files.ts";

const writeLater = promisify(write);

/**
 * A write into the system's memory takes microseconds, less than handing it to another thread. One
 * that takes this long has met the disk: the next ones are made beside the others' requests.
 */
const SLOW_MS = 10;

/** How much is written beside before the direct way is tried again. */
const BESIDE_BYTES = 16 * 1024 * 1024;

/** A long file goes to the disk while it comes in, so that little is left to wait for in the end. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

/** Beyond this much that is not on the disk, the sender waits for it. */
const MAX_UNSYNCED_BYTES = 512 * 1024 * 1024;

export type SinkOptions = {
  offset: number;
  durable: boolean;
  calls?: Calls;
  /** Called at once where a sync along the way has failed. */
  onSyncFailed?: ((error: SyncFailed) => void) | undefined;
};

/**
 * Writes pieces in order from an offset on, and brings long files to the disk along the way.
 * @param fd an open file, which is closed with the sink. Opening, writing and closing are made directly:
 * Bun has a thread or two for files, and they wait for the disk in `fdatasync`
 */
export function createSink(fd: number, options: SinkOptions): Sink {
  const { offset, durable, calls = systemCalls, onSyncFailed } = options;
  let position = offset;
  let beside = 0;
  let unsynced = 0;
  let syncing: Promise<void> | undefined;
  let failure: unknown;
  let writing: Promise<void> = Promise.resolve();
  let closed = false;

  function syncAlong(): void {
    if (!durable || syncing || unsynced < SYNC_EVERY_BYTES) return;
    const before = unsynced;
    syncing = syncOrFail()
      .then(
        () => {
          unsynced -= before;
        },
        // Kept, and thrown by whatever is asked next.
        () => undefined,
      )
      .finally(() => {
        syncing = undefined;
      });
  }

  /** Keeps a failure for good: the system reports it once, and the next sync may succeed. */
  async function syncOrFail(): Promise<void> {
    try {
      await calls.fdatasync(fd);
    } catch (error) {
      const failed = new SyncFailed(error);
      failure = failed;
      onSyncFailed?.(failed);
      throw failed;
    }
  }

  async function take(piece: Uint8Array): Promise<void> {
    if (beside > 0) {
      await writeBeside(fd, piece, position);
      beside -= piece.length;
    } else {
      const start = performance.now();
      writeDirectly(fd, piece, position);
      if (performance.now() - start > SLOW_MS) beside = BESIDE_BYTES;
    }
    position += piece.length;
    unsynced += piece.length;
    syncAlong();
    if (unsynced > MAX_UNSYNCED_BYTES) await syncing;
  }

  return {
    write: async (piece) => {
      if (failure) throw failure;
      writing = take(piece).catch((error: unknown) => {
        failure ??= error;
      });
      await writing;
      if (failure) throw failure;
    },
    flush: async () => {
      await writing;
      if (failure) throw failure;
    },
    sync: async () => {
      await writing;
      await syncing;
      if (failure) throw failure;
      if (!durable) return;
      await syncOrFail();
      if (failure) throw failure;
    },
    close: async () => {
      await writing;
      await syncing;
      if (closed) return;
      closed = true;
      try {
        closeSync(fd);
      } catch (error) {
        // It is closed all the same. Some disks say only now that they have not taken what was written.
        failure ??= error;
      }
    },
  };
}

/** Writes all of a piece. A disk that fills up takes a part, and the next write throws why. */
function writeDirectly(fd: number, piece: Uint8Array, position: number): void {
  let done = 0;
  while (done < piece.length) {
    done += writeSync(fd, piece, done, piece.length - done, position + done);
  }
}

async function writeBeside(fd: number, piece: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < piece.length) {
    const { bytesWritten } = await writeLater(
      fd,
      piece,
      done,
      piece.length - done,
      position + done,
    );
    done += bytesWritten;
  }
}

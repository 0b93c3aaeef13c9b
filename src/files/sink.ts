import { closeSync, write, writeSync } from "node:fs";
import { promisify } from "node:util";
import { systemCalls, type Calls } from "./calls.ts";
import { createDiskSync } from "./disk-sync.ts";
import type { Sink, SyncFailed } from "./files.ts";

const writeLater = promisify(write);

/**
 * A write into the system's memory takes microseconds, less than handing it to another thread. One
 * that takes this long has met the disk: the next ones are made beside the others' requests.
 */
const SLOW_MS = 10;

/** How much is written beside before the direct way is tried again. */
const BESIDE_BYTES = 16 * 1024 * 1024;

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
  const writer = createWriter(fd, offset);
  /** The first failure of a write, or the last one of a sync: thrown by whatever is asked from then on. */
  let failure: unknown;
  let writing: Promise<void> = Promise.resolve();
  let closed = false;

  const disk = createDiskSync(
    () => calls.fdatasync(fd),
    durable,
    (failed) => {
      failure = failed;
      onSyncFailed?.(failed);
    },
  );

  async function take(piece: Uint8Array): Promise<void> {
    const beside = writer(piece);
    if (beside) await beside;
    const behind = disk.written(piece.length);
    if (behind) await behind;
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
      await disk.idle();
      if (failure) throw failure;
      if (!durable) return;
      await disk.sync();
      if (failure) throw failure;
    },
    close: async () => {
      await writing;
      await disk.idle();
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

/**
 * Writes pieces one behind the other, directly or, where the disk is slow, beside the others' requests.
 * @returns a function that writes a piece; what it returns, if anything, resolves when the piece is written
 */
function createWriter(
  fd: number,
  offset: number,
): (piece: Uint8Array) => Promise<void> | undefined {
  let position = offset;
  /** Bytes that are written beside before the direct way is tried again. */
  let beside = 0;

  async function writeNextBeside(piece: Uint8Array): Promise<void> {
    await writeBeside(fd, piece, position);
    beside -= piece.length;
    position += piece.length;
  }

  return (piece) => {
    if (beside > 0) return writeNextBeside(piece);
    const start = performance.now();
    writeDirectly(fd, piece, position);
    if (performance.now() - start > SLOW_MS) beside = BESIDE_BYTES;
    position += piece.length;
    return undefined;
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

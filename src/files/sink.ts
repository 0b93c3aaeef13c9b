import type { FileHandle } from "node:fs/promises";
import type { Sink } from "./files.ts";

/** Pieces arrive in 64 KiB at most; writing several at once saves system calls (platform notes, 9). */
const BATCH_BYTES = 256 * 1024;

/** So many batches may be on their way to the disk while the next one is collected. */
const IN_FLIGHT = 2;

/** Writes pieces in order from an offset on, overlapping the disk with what is still coming in. */
export function createSink(handle: FileHandle, offset: number): Sink {
  let position = offset;
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  let failure: unknown;
  const underWay = new Set<Promise<void>>();

  function flush(): void {
    if (batchBytes === 0) return;
    const pieces = batch;
    const at = position;
    position += batchBytes;
    batch = [];
    batchBytes = 0;
    const writing = writeAll(handle, pieces, at)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => underWay.delete(writing));
    underWay.add(writing);
  }

  async function settle(): Promise<void> {
    flush();
    await Promise.all(underWay);
    if (failure) throw failure;
  }

  return {
    write: async (piece) => {
      if (failure) throw failure;
      batch.push(piece);
      batchBytes += piece.length;
      if (batchBytes < BATCH_BYTES) return;
      flush();
      if (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
    },
    sync: async () => {
      await settle();
      await handle.datasync();
    },
    close: async () => {
      batch = [];
      batchBytes = 0;
      await Promise.all(underWay);
      await handle.close().catch(() => undefined);
    },
  };
}

async function writeAll(handle: FileHandle, pieces: Uint8Array[], position: number): Promise<void> {
  const { bytesWritten } = await handle.writev(pieces, position);
  let done = bytesWritten;
  let from = 0;
  // A disk that fills up takes a part; the next write says why.
  for (const piece of pieces) {
    while (done < from + piece.length) {
      const rest = piece.subarray(done - from);
      const part = await handle.write(rest, 0, rest.length, position + done);
      done += part.bytesWritten;
    }
    from += piece.length;
  }
}

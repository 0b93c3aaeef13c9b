import { SyncFailed, type Files, type Sink } from "../files/files.ts";
import { isMissing } from "../files/move.ts";
import type { Records, Upload } from "../records/records.ts";
import type { UploadLocks } from "./locks.ts";

/**
 * Puts chunks on the disk behind their answers: a chunk that was answered outlives the process at
 * once, and a power cut a moment later. A reboot in between deletes its record (ChunkRecords.enterBoot).
 *
 * Where a sync fails, the record of every chunk of the file that was not synced before is deleted, so that
 * clients send those again: the system reports a failure once, and a later success proves nothing.
 */
export interface Syncer {
  /** Syncs the chunk at this offset, which is written and recorded, in a moment. The sink is closed here, not by the caller. */
  syncLater(upload: Pick<Upload, "id" | "file">, start: number, sink: Sink): void;
  /**
   * Resolves when everything written to the upload is on the disk.
   * @throws SyncFailed where that cannot be had; the records of its unsynced chunks are deleted then
   */
  settle(upload: Pick<Upload, "id" | "file">): Promise<void>;
  /** Reports that a sync of the upload's file, made along the way by a sink, has failed. */
  failed(uploadId: number, error: unknown): void;
  /** Deletes the records of all chunks of an upload whose file is gone. */
  deleteChunks(uploadId: number): Promise<void>;
  /** Deletes the records of chunks of uploads that have ended, some at a time. */
  prune(): void;
  /** Resolves when no sync and no pruning is under way. */
  idle(): Promise<void>;
}

export type SyncerOptions = {
  records: Pick<Records, "chunks">;
  files: { staging: Pick<Files["staging"], "sync"> };
  locks: UploadLocks;
  onError: (uploadId: number, error: unknown) => void;
};

/** Files that are held open until their sync. Those beyond are closed, and opened once more for it. */
const MAX_HELD = 128;

type Waiting = {
  file: string;
  starts: number[];
  /**
   * The open file that the oldest waiting chunk was written with: its sync reports every failure since then,
   * and the system keeps failures for as long as it is open. Undefined where too many are open.
   */
  sink: Sink | undefined;
  /** Sinks of later chunks, which are being closed. */
  closing: Promise<unknown>[];
};

type Running = { uploadId: number; doubted: boolean; done: Promise<void> };

/** Syncs one file at a time: they share one disk, and the writes of others wait behind a sync. */
export function createSyncer({ records, files, locks, onError }: SyncerOptions): Syncer {
  /** Uploads in the order of their oldest chunk that is not on the disk. */
  const waiting = new Map<number, Waiting>();
  /** Uploads whose unsynced chunks could not be deleted yet: no sync of them counts until they are. */
  const doubted = new Set<number>();
  const underWay = new Set<Running>();
  let held = 0;
  let running: Promise<void> | undefined;

  function takeWaiting(uploadId: number): Waiting | undefined {
    const entry = waiting.get(uploadId);
    waiting.delete(uploadId);
    return entry;
  }

  async function closeSinks(entry: Waiting): Promise<void> {
    if (entry.sink) held -= 1;
    await entry.sink?.close();
    await Promise.allSettled(entry.closing);
  }

  /**
   * What is being written to the upload, or synced, at this moment must not count as stored.
   * @returns what waited for its sync, which the caller closes
   */
  function stopTrusting(uploadId: number): Waiting | undefined {
    locks.doubt(uploadId);
    for (const one of underWay) if (one.uploadId === uploadId) one.doubted = true;
    return takeWaiting(uploadId);
  }

  /**
   * Deletes the records of chunks that the disk may not have. Chunks that are being written meanwhile are not
   * recorded, from the moment of this call on.
   */
  async function doubt(uploadId: number): Promise<void> {
    doubted.add(uploadId);
    const entry = stopTrusting(uploadId);
    try {
      await records.chunks.deleteUnsynced(uploadId);
      doubted.delete(uploadId);
    } finally {
      if (entry) await closeSinks(entry);
    }
  }

  /** @throws SyncFailed, after the records of its unsynced chunks are deleted */
  function syncNow(upload: Pick<Upload, "id" | "file">, entry: Waiting | undefined): Promise<void> {
    const one: Running = { uploadId: upload.id, doubted: false, done: Promise.resolve() };
    const work = async () => {
      try {
        if (doubted.has(upload.id)) throw new SyncFailed("an earlier failure is not dealt with");
        if (entry?.sink) await entry.sink.sync();
        else await files.staging.sync(upload.file);
        // Throws where a sink of a later chunk has met a failure.
        await Promise.all(entry?.closing ?? []);
        if (one.doubted) throw new SyncFailed("another sync of the file has failed");
        // Where that cannot be noted, they are synced once more before the photo is made.
        await noteSynced(upload.id, entry?.starts ?? []);
      } catch (error) {
        // The upload has finished or was swept meanwhile, so its file is not in staging any more.
        if (isMissing(error)) throw error;
        if (!one.doubted) onError(upload.id, error);
        await doubt(upload.id);
        throw error instanceof SyncFailed ? error : new SyncFailed(error);
      } finally {
        underWay.delete(one);
        if (entry) await closeSinks(entry);
      }
    };
    underWay.add(one);
    const outcome = work();
    one.done = outcome.catch(() => undefined);
    return outcome;
  }

  async function noteSynced(uploadId: number, starts: readonly number[]): Promise<void> {
    if (starts.length === 0) return;
    await records.chunks
      .markSynced(uploadId, starts)
      .catch((error: unknown) => onError(uploadId, error));
  }

  async function run(): Promise<void> {
    for (;;) {
      const [next] = waiting;
      if (!next) return;
      const [id, entry] = next;
      waiting.delete(id);
      // A failure has been reported, and its unsynced chunks deleted.
      await syncNow({ id, file: entry.file }, entry).catch(() => undefined);
    }
  }

  function begin(): void {
    // A moment later: an upload that is complete by then is synced by its finalizing, and only once.
    running ??= pause()
      .then(run)
      .finally(() => {
        running = undefined;
        // A chunk may have come between the last look of `run` and now.
        if (waiting.size > 0) begin();
      });
  }

  let pruning: Promise<void> | undefined;

  async function pruneAll(): Promise<void> {
    while (await records.chunks.pruneEnded()) {
      // Requests come first.
      await pause();
    }
  }

  return {
    prune: () => {
      pruning ??= pruneAll()
        .catch((error: unknown) => onError(0, error))
        .finally(() => {
          pruning = undefined;
        });
    },

    syncLater: ({ id, file }, start, sink) => {
      const entry = waiting.get(id);
      if (entry) {
        entry.starts.push(start);
        entry.closing.push(closed(sink));
      } else if (held < MAX_HELD) {
        held += 1;
        waiting.set(id, { file, starts: [start], sink, closing: [] });
      } else {
        waiting.set(id, { file, starts: [start], sink: undefined, closing: [closed(sink)] });
      }
      begin();
    },

    settle: async (upload) => {
      for (;;) {
        const other = Array.from(underWay).find((one) => one.uploadId === upload.id);
        if (!other) break;
        await other.done;
      }
      // Not awaited in between: the first to sync after a failure may be the only one that the system reports it to.
      await syncNow(upload, takeWaiting(upload.id));
    },

    failed: (uploadId, error) => {
      onError(uploadId, error);
      // Where they could not be deleted, the upload stays doubted, and the next sync tries that first.
      doubt(uploadId).catch((failure: unknown) => onError(uploadId, failure));
    },

    deleteChunks: async (uploadId) => {
      const entry = stopTrusting(uploadId);
      try {
        await records.chunks.deleteBeyond(uploadId, 0);
      } finally {
        if (entry) await closeSinks(entry);
      }
    },

    idle: async () => {
      for (let busy = running ?? pruning; busy; busy = running ?? pruning) await busy;
    },
  };
}

/** Lets everything else that is ready go first. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Closes a sink. Rejects, for the sync that awaits it later, where something was not written. */
function closed(sink: Sink): Promise<void> {
  const closing = sink.close().then(() => sink.flush());
  // It is awaited later; until then a rejection must not count as unhandled.
  closing.catch(() => undefined);
  return closing;
}

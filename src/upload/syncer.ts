import { createBackgroundLoop } from "../background-loop.ts";
import type { Sink } from "../files/files.ts";
import type { Upload } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
import {
  doubt,
  stopTrusting,
  syncUpload,
  type SyncerOptions,
  type SyncState,
} from "./sync-upload.ts";
import { createUnsynced } from "./unsynced.ts";

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

/** Syncs one file at a time: they share one disk, and the writes of others wait behind a sync. */
export function createSyncer(options: SyncerOptions): Syncer {
  const { records, onError } = options;
  const unsynced = createUnsynced();
  const state: SyncState = { ...options, unsynced, doubted: new Set(), underWay: new Set() };
  const failed = (error: unknown) => onError(0, error);

  const syncing = createBackgroundLoop(async () => {
    // A moment later: an upload that is complete by then is synced by its finalizing, and only once.
    await nextTurn();
    for (let next = unsynced.takeOldest(); next; next = unsynced.takeOldest()) {
      const { id, entry } = next;
      // A failure has been reported, and its unsynced chunks deleted.
      await syncUpload(state, { id, file: entry.file }, entry).catch(() => undefined);
    }
  }, failed);

  const pruning = createBackgroundLoop(async () => {
    // Requests come first.
    while (await records.chunks.pruneEnded()) await nextTurn();
  }, failed);

  return {
    prune: pruning.wake,

    syncLater: (upload, start, sink) => {
      unsynced.add(upload, start, sink);
      syncing.wake();
    },

    settle: async (upload) => {
      for (;;) {
        const other = Array.from(state.underWay).find((one) => one.uploadId === upload.id);
        if (!other) break;
        await other.done;
      }
      // Not awaited in between: the first to sync after a failure may be the only one that the system reports it to.
      await syncUpload(state, upload, unsynced.take(upload.id));
    },

    failed: (uploadId, error) => {
      onError(uploadId, error);
      // Where they could not be deleted, the upload stays doubted, and the next sync tries that first.
      doubt(state, uploadId).catch((failure: unknown) => onError(uploadId, failure));
    },

    deleteChunks: (uploadId) =>
      stopTrusting(state, uploadId, () => records.chunks.deleteBeyond(uploadId, 0)),

    idle: async () => {
      while (syncing.isBusy() || pruning.isBusy()) {
        await syncing.idle();
        await pruning.idle();
      }
    },
  };
}

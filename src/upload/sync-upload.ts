import { SyncFailed, type Files } from "../files/files.ts";
import { isMissing } from "../files/move.ts";
import type { Records, Upload } from "../records/records.ts";
import type { UploadLocks } from "./locks.ts";
import type { Unsynced, UnsyncedFile } from "./unsynced.ts";

export type SyncerOptions = {
  records: Pick<Records, "chunks">;
  files: { staging: Pick<Files["staging"], "sync"> };
  locks: UploadLocks;
  onError: (uploadId: number, error: unknown) => void;
};

/** What syncs of uploads' files share. */
export type SyncState = SyncerOptions & {
  unsynced: Unsynced;
  /** Uploads whose unsynced chunks could not be deleted yet: no sync of them counts until they are. */
  doubted: Set<number>;
  underWay: Set<RunningSync>;
};

/** `isDoubted`: another sync of the file has failed meanwhile, so that this one proves nothing. */
export type RunningSync = { uploadId: number; isDoubted: boolean; done: Promise<void> };

/**
 * Syncs an upload's file, and notes that its chunks are on the disk.
 * @param entry the chunks that waited for it, which are closed here; undefined where none did
 * @throws SyncFailed, after the records of its unsynced chunks are deleted; an error of a missing file where the upload has
 *   ended meanwhile
 */
export function syncUpload(
  state: SyncState,
  upload: Pick<Upload, "id" | "file">,
  entry: UnsyncedFile | undefined,
): Promise<void> {
  const running: RunningSync = { uploadId: upload.id, isDoubted: false, done: Promise.resolve() };
  state.underWay.add(running);
  const outcome = carryOut(state, upload, entry, running);
  running.done = outcome.catch(() => undefined);
  return outcome;
}

async function carryOut(
  state: SyncState,
  upload: Pick<Upload, "id" | "file">,
  entry: UnsyncedFile | undefined,
  running: RunningSync,
): Promise<void> {
  try {
    if (state.doubted.has(upload.id)) throw new SyncFailed("an earlier failure is not dealt with");
    if (entry?.sink) await entry.sink.sync();
    else await state.files.staging.sync(upload.file);
    // Rejects where closing the file of a later chunk has reported a failure.
    await Promise.all(entry?.closing ?? []);
    if (running.isDoubted) throw new SyncFailed("another sync of the file has failed");
    // Where the database cannot note that these chunks are on the disk, they are synced once more before the photo is made.
    await noteSynced(state, upload.id, entry?.starts ?? []);
  } catch (error) {
    // The upload has finished or was swept meanwhile, so its file is not in staging any more.
    if (isMissing(error)) throw error;
    if (!running.isDoubted) state.onError(upload.id, error);
    await doubt(state, upload.id);
    throw error instanceof SyncFailed ? error : new SyncFailed(error);
  } finally {
    state.underWay.delete(running);
    if (entry) await state.unsynced.close(entry);
  }
}

async function noteSynced(
  { records, onError }: SyncState,
  uploadId: number,
  starts: readonly number[],
): Promise<void> {
  if (starts.length === 0) return;
  await records.chunks
    .markSynced(uploadId, starts)
    .catch((error: unknown) => onError(uploadId, error));
}

/**
 * Deletes the records of chunks that the disk may not have. Chunks that are being written meanwhile are not
 * recorded, from the moment of this call on.
 */
export async function doubt(state: SyncState, uploadId: number): Promise<void> {
  state.doubted.add(uploadId);
  await stopTrusting(state, uploadId, async () => {
    await state.records.chunks.deleteUnsynced(uploadId);
    state.doubted.delete(uploadId);
  });
}

/**
 * Deletes records of chunks, while what is being written to the upload, or synced, at this moment does not count as stored.
 * @param deleteRecords is called within this call
 */
export async function stopTrusting(
  { locks, underWay, unsynced }: SyncState,
  uploadId: number,
  deleteRecords: () => Promise<unknown>,
): Promise<void> {
  locks.doubt(uploadId);
  for (const running of underWay) if (running.uploadId === uploadId) running.isDoubted = true;
  const entry = unsynced.take(uploadId);
  try {
    await deleteRecords();
  } finally {
    if (entry) await unsynced.close(entry);
  }
}

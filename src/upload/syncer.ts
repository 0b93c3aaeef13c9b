import { SyncFailed, type Files, type Sink } from "../files/files.ts";
import { isMissing } from "../files/move.ts";
import type { Records, Upload } from "../records/records.ts";
import type { UploadLocks } from "./locks.ts";

/**
 * Puts chunks on the disk behind their answers: a chunk that was answered outlives the process at
 * once, and a power cut a moment later. Until then it is forgotten by a reboot (ChunkRecords.enterBoot).
 *
 * Where a sync fails, every chunk of the file that was not synced before is forgotten, and asked for
 * again: the system tells of a failure once, and a later success proves nothing.
 */
export interface Syncer {
  /** The chunk at this offset is written and recorded. The sink is the syncer's from now on. */
  soon(upload: Pick<Upload, "id" | "file">, start: number, sink: Sink): void;
  /**
   * Resolves when everything written to the upload is on the disk.
   * @throws SyncFailed where that cannot be had; its chunks are forgotten then
   */
  settle(upload: Pick<Upload, "id" | "file">): Promise<void>;
  /** A sync of the upload's file has failed elsewhere. */
  failed(uploadId: number, error: unknown): void;
  /** The upload's file is gone, and all of its chunks with it. */
  forgetAll(uploadId: number): Promise<void>;
  /** An upload has finished: the records of its chunks can be deleted. */
  prune(): void;
  /** Waits for what is under way. */
  idle(): Promise<void>;
}

export type SyncerOptions = {
  records: Pick<Records, "chunks">;
  files: { staging: Pick<Files["staging"], "sync"> };
  locks: UploadLocks;
  onError: (uploadId: number, error: unknown) => void;
};

/** Files that are held open until their sync; beyond that they are opened once more. */
const MAX_HELD = 128;

type Waiting = {
  file: string;
  starts: number[];
  /**
   * The file as its oldest waiting chunk was written: it hears of every failure since then, and while
   * it is open the system does not forget one. Undefined where too many are open.
   */
  sink: Sink | undefined;
  /** Sinks of later chunks, which are let go of. */
  closing: Promise<unknown>[];
};

type Running = { uploadId: number; doubted: boolean; done: Promise<void> };

/** Syncs one file at a time: they share one disk, and the writes of others wait behind a sync. */
export function createSyncer({ records, files, locks, onError }: SyncerOptions): Syncer {
  /** Uploads in the order of their oldest chunk that is not on the disk. */
  const waiting = new Map<number, Waiting>();
  /** Uploads whose chunks could not be forgotten yet: nothing of them is trusted until they are. */
  const doubted = new Set<number>();
  const underWay = new Set<Running>();
  let held = 0;
  let running: Promise<void> | undefined;

  function takeWaiting(uploadId: number): Waiting | undefined {
    const entry = waiting.get(uploadId);
    waiting.delete(uploadId);
    return entry;
  }

  async function letGo(entry: Waiting): Promise<void> {
    if (entry.sink) held -= 1;
    await entry.sink?.close();
    await Promise.allSettled(entry.closing);
  }

  /** Nothing that is written or synced at this moment counts. Answers what waited: let go of it. */
  function stopTrusting(uploadId: number): Waiting | undefined {
    locks.doubt(uploadId);
    for (const one of underWay) if (one.uploadId === uploadId) one.doubted = true;
    return takeWaiting(uploadId);
  }

  /** Forgets what the disk may not have; from its first moment on nothing of it is recorded. */
  async function doubt(uploadId: number): Promise<void> {
    doubted.add(uploadId);
    const entry = stopTrusting(uploadId);
    try {
      await records.chunks.forgetUnsynced(uploadId);
      doubted.delete(uploadId);
    } finally {
      if (entry) await letGo(entry);
    }
  }

  /** @throws SyncFailed, after its chunks are forgotten */
  function syncNow(upload: Pick<Upload, "id" | "file">, entry: Waiting | undefined): Promise<void> {
    const one: Running = { uploadId: upload.id, doubted: false, done: Promise.resolve() };
    const work = async () => {
      try {
        if (doubted.has(upload.id)) throw new SyncFailed("an earlier failure is not dealt with");
        if (entry?.sink) await entry.sink.sync();
        else await files.staging.sync(upload.file);
        // What later sinks have met along the way is thrown by them.
        await Promise.all(entry?.closing ?? []);
        if (one.doubted) throw new SyncFailed("another sync of the file has failed");
        // Where that cannot be noted, they are synced once more before the photo is made.
        await noteSynced(upload.id, entry?.starts ?? []);
      } catch (error) {
        // Finished or swept in between, where the file is gone: it is no longer an upload's.
        if (isMissing(error)) throw error;
        if (!one.doubted) onError(upload.id, error);
        await doubt(upload.id);
        throw error instanceof SyncFailed ? error : new SyncFailed(error);
      } finally {
        underWay.delete(one);
        if (entry) await letGo(entry);
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
      // Told already; its chunks are forgotten.
      await syncNow({ id, file: entry.file }, entry).catch(() => undefined);
    }
  }

  function begin(): void {
    // A moment later: an upload that is whole by now is synced by its completion, and once.
    running ??= pause()
      .then(run)
      .finally(() => {
        running = undefined;
        // One may have come between its last look and now.
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

    soon: ({ id, file }, start, sink) => {
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
      // In the same moment: whoever hears of a failure first may be the only one who does.
      await syncNow(upload, takeWaiting(upload.id));
    },

    failed: (uploadId, error) => {
      onError(uploadId, error);
      // What cannot be forgotten yet is doubted still, and dealt with before it is trusted again.
      doubt(uploadId).catch((failure: unknown) => onError(uploadId, failure));
    },

    forgetAll: async (uploadId) => {
      const entry = stopTrusting(uploadId);
      try {
        await records.chunks.forgetBeyond(uploadId, 0);
      } finally {
        if (entry) await letGo(entry);
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

/** Lets go of a file. Rejects, for whoever waits for it, where something of it was not written. */
function closed(sink: Sink): Promise<void> {
  const closing = sink.close().then(() => sink.flush());
  // Waited for later: until then it is no unhandled one.
  closing.catch(() => undefined);
  return closing;
}

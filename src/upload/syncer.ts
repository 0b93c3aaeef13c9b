import type { Files } from "../files/files.ts";
import type { Records } from "../records/records.ts";

/**
 * Puts chunks on the disk behind their answers: a chunk that was answered outlives the process at
 * once, and a power cut a moment later. Until then it is forgotten by a reboot (Records.enterBoot).
 */
export interface Syncer {
  /** The chunk at this offset is written and recorded. */
  soon(uploadId: number, start: number): void;
  /** An upload has finished: its chunks can be forgotten. */
  tidy(): void;
  /** Waits for what is under way. */
  idle(): Promise<void>;
}

export type SyncerOptions = {
  records: Records;
  files: Files;
  onError: (uploadId: number, error: unknown) => void;
};

/** Syncs one file at a time: they share one disk, and the writes of others wait behind a sync. */
export function createSyncer({ records, files, onError }: SyncerOptions): Syncer {
  /** Uploads in the order of their oldest chunk that is not on the disk. */
  const waiting = new Map<number, number[]>();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (;;) {
      const [next] = waiting;
      if (!next) return;
      const [uploadId, starts] = next;
      waiting.delete(uploadId);
      try {
        await files.sync(uploadId);
        await records.uploads.markSynced(uploadId, starts);
      } catch (error) {
        // Finished or swept in between: its file is no longer an upload's.
        if ((error as { code?: string }).code !== "ENOENT") onError(uploadId, error);
      }
    }
  }

  function begin(): void {
    running ??= run().finally(() => {
      running = undefined;
      // One may have come between its last look and now.
      if (waiting.size > 0) begin();
    });
  }

  let tidying: Promise<void> | undefined;

  async function dropAll(): Promise<void> {
    while (await records.uploads.dropFinishedChunks()) {
      // Requests come first.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  return {
    tidy: () => {
      tidying ??= dropAll()
        .catch((error: unknown) => onError(0, error))
        .finally(() => {
          tidying = undefined;
        });
    },
    soon: (uploadId, start) => {
      const starts = waiting.get(uploadId);
      if (starts) starts.push(start);
      else waiting.set(uploadId, [start]);
      begin();
    },
    idle: async () => {
      for (let busy = running ?? tidying; busy; busy = running ?? tidying) await busy;
    },
  };
}

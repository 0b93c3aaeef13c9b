import type { Sink } from "../files/files.ts";

/** Chunks of one upload's file that are written and recorded, and not yet brought to the disk. */
export type UnsyncedFile = {
  file: string;
  /** Where each chunk begins, in bytes. */
  starts: number[];
  /**
   * The open file that the oldest of the chunks was written with: its sync reports every failure since then,
   * and the system keeps failures for as long as it is open. Undefined where too many are open.
   */
  sink: Sink | undefined;
  /** Sinks of later chunks, which are being closed. */
  closing: Promise<unknown>[];
};

export type Unsynced = {
  /** Adds the chunk that begins at `start`. Its sink is closed here, at once or with the others of its file. */
  add(upload: { id: number; file: string }, start: number, sink: Sink): void;
  /** Takes out what an upload has; whoever takes it closes it. */
  take(uploadId: number): UnsyncedFile | undefined;
  /** Takes out the upload whose oldest chunk has waited the longest. */
  takeOldest(): { id: number; entry: UnsyncedFile } | undefined;
  close(entry: UnsyncedFile): Promise<void>;
};

/** Files that are held open until their sync. Those beyond are closed, and opened once more for it. */
const MAX_HELD = 128;

/** The files that wait for their sync. */
export function createUnsynced(): Unsynced {
  /** By upload, in the order of their oldest chunk that is not on the disk. */
  const files = new Map<number, UnsyncedFile>();
  let held = 0;

  function take(uploadId: number): UnsyncedFile | undefined {
    const entry = files.get(uploadId);
    files.delete(uploadId);
    return entry;
  }

  return {
    add: ({ id, file }, start, sink) => {
      const entry = files.get(id);
      if (entry) {
        entry.starts.push(start);
        entry.closing.push(closed(sink));
      } else if (held < MAX_HELD) {
        held += 1;
        files.set(id, { file, starts: [start], sink, closing: [] });
      } else {
        files.set(id, { file, starts: [start], sink: undefined, closing: [closed(sink)] });
      }
    },
    take,
    takeOldest: () => {
      for (const [id, entry] of files) {
        files.delete(id);
        return { id, entry };
      }
      return undefined;
    },
    close: async (entry) => {
      if (entry.sink) held -= 1;
      await entry.sink?.close();
      await Promise.allSettled(entry.closing);
    },
  };
}

/** Closes a sink. Rejects, for the sync that awaits it later, where something was not written. */
function closed(sink: Sink): Promise<void> {
  const closing = sink.close().then(() => sink.flush());
  // It is awaited later; until then a rejection must not count as unhandled.
  closing.catch(() => undefined);
  return closing;
}

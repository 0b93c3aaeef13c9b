import { describe, expect, test } from "bun:test";
import type { Sink } from "../../src/files/files.ts";
import type { Records } from "../../src/records/records.ts";
import { createUploadLocks } from "../../src/upload/locks.ts";
import { createSyncer } from "../../src/upload/syncer.ts";

/** The syncer by itself, on sinks and records of the test's own. */

const upload = { id: 1, file: "f".repeat(24) };

/** A sink whose sync ends when the test says so. */
function slowSink() {
  const begun = Promise.withResolvers<void>();
  const synced = Promise.withResolvers<void>();
  let closed = 0;
  const sink: Sink = {
    write: async () => undefined,
    flush: async () => undefined,
    sync: () => {
      begun.resolve();
      return synced.promise;
    },
    close: async () => {
      closed += 1;
    },
  };
  return { sink, begun: begun.promise, synced, closed: () => closed };
}

function syncerWith(chunks: Partial<Records["chunks"]>) {
  const nothing = { markSynced: async () => undefined, deleteUnsynced: async () => undefined };
  return createSyncer({
    records: { chunks: { ...nothing, ...chunks } as Records["chunks"] },
    files: { staging: { sync: async () => undefined } },
    locks: createUploadLocks(),
    onError: () => undefined,
  });
}

describe("settling", () => {
  test("waits also for a sync that began while it waited for another", async () => {
    const syncer = syncerWith({});
    const [one, other] = [slowSink(), slowSink()];
    syncer.syncLater(upload, 0, one.sink);
    await one.begun;
    syncer.syncLater(upload, 1000, other.sink);
    let settled = false;
    const settling = syncer.settle(upload).then(() => {
      settled = true;
    });
    one.synced.resolve();
    await other.begun;
    await Bun.sleep(20);
    expect(settled).toBe(false);
    other.synced.resolve();
    await settling;
    await syncer.idle();
    expect([one.closed(), other.closed()]).toEqual([1, 1]);
  });
});

describe("forgetting all of a file that is gone", () => {
  test("lets go of what is open also where the records cannot forget", async () => {
    const syncer = syncerWith({ deleteBeyond: () => Promise.reject(new Error("disk full")) });
    const waiting = slowSink();
    syncer.syncLater(upload, 0, waiting.sink);
    await expect(syncer.deleteChunks(upload.id)).rejects.toThrow("disk full");
    expect(waiting.closed()).toBe(1);
  });

  test("a sync of it that is under way says nothing of chunks that come again", async () => {
    const marked: number[] = [];
    const syncer = syncerWith({
      deleteBeyond: async () => 1,
      markSynced: async (_, starts) => void marked.push(...starts),
    });
    const gone = slowSink();
    syncer.syncLater(upload, 0, gone.sink);
    await gone.begun;
    await syncer.deleteChunks(upload.id);
    gone.synced.resolve();
    await syncer.idle();
    expect(marked).toEqual([]);
  });
});

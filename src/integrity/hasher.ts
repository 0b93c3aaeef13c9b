import { createBackgroundLoop } from "../background-loop.ts";
import type { Events } from "../events.ts";
import type { Files } from "../files/files.ts";
import type { Records, StoredOriginal } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
import { createPace, PATIENCE_MS } from "./pace.ts";

/**
 * Makes the SHA-256 of originals behind the answers of their uploads. What is hashed are the bytes as they lie on the disk,
 * after the photo was made of them: whatever way they came, in whatever order, whichever process received them.
 *
 * It runs in the thread that receives, in slices of 256 KiB. While files come in it waits; where they come in all the time, it takes
 * a small share of the thread's. Hashing the bytes as they come would cost a third of the throughput, and a thread of its
 * own 10 MB of memory (tests/bench/README.md).
 */
export interface Hasher {
  /** A photo was made, or its bytes were replaced. */
  wake(): void;
  /** A photo was removed, or its bytes were replaced: what is read of it now is let go of, so that the disk has its space back. */
  leave(photoId: number): void;
  /** Resolves when nothing is left to be hashed. */
  idle(): Promise<void>;
  /** Ends within a slice; what was begun is begun again by the next start. */
  stop(): Promise<void>;
}

export type HasherOptions = {
  records: Pick<Records, "originals">;
  files: Pick<Files, "originals">;
  events: Pick<Events, "emit">;
  /** Whether files are being received at this moment. */
  isReceiving: () => boolean;
  /** How long it waits for files that come in, before it goes on beside them; in milliseconds. */
  patienceMs?: number;
};

/** Originals that are looked up at once. */
const FEW = 50;

/** What an original that cannot be hashed has: a later start tries again, and `redeem verify` says what is wrong. */
type Outcome = "hashed" | "missing" | "other size";

export async function createHasher(options: HasherOptions): Promise<Hasher> {
  const { records, files, events, isReceiving, patienceMs = PATIENCE_MS } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** The photo whose bytes are being read. */
  let current: { photoId: number; left: AbortController; signal: AbortSignal } | undefined;
  // New ones first: a folder of an earlier version may have millions of old ones.
  let lastNew = await records.originals.lastId();
  const lastOld = lastNew;
  let lastHashedOld = 0;

  const pace = createPace(isReceiving, patienceMs, () => current?.signal ?? signal);

  async function hash(original: StoredOriginal): Promise<Outcome> {
    const found = await files.originals.digest(original, ["sha-256"], pace);
    if (found === undefined) return "missing";
    if (found.size !== original.size) return "other size";
    const { "sha-256": sha256 = "" } = found.digests;
    const began = performance.now();
    await records.originals.noteHash(original.id, sha256);
    // Of a small file the write is most of the work.
    await pace(performance.now() - began);
    return "hashed";
  }

  async function hashAll(originals: readonly StoredOriginal[]): Promise<void> {
    for (const original of originals) {
      const { photoId: photo } = original;
      const left = new AbortController();
      current = { photoId: photo, left, signal: AbortSignal.any([signal, left.signal]) };
      try {
        const outcome = await hash(original);
        if (outcome === "hashed") continue;
        // Where it was replaced or deleted meanwhile nothing is wrong.
        if (!(await records.originals.byId(original.id))) continue;
        const error =
          outcome === "missing"
            ? "its file is missing"
            : "its file has another size than on record";
        events.emit({ kind: "not hashed", photo, error });
      } catch (error) {
        signal.throwIfAborted();
        if (left.signal.aborted) continue;
        events.emit({ kind: "not hashed", photo, error: String(error) });
      } finally {
        current = undefined;
      }
    }
  }

  /** Hashes a slice. @returns false where nothing is left */
  async function hashSome(): Promise<boolean> {
    const { originals } = records;
    const fresh = await originals.after(lastNew, FEW, true);
    if (fresh) {
      await hashAll(fresh.originals);
      lastNew = fresh.last;
      return true;
    }
    if (lastHashedOld >= lastOld) return false;
    // One at a time, so that new ones need not wait.
    const old = await originals.after(lastHashedOld, 1, true);
    lastHashedOld = old?.last ?? lastOld;
    if (old && old.last <= lastOld) await hashAll(old.originals);
    return true;
  }

  async function hashWhatIsLeft(): Promise<void> {
    await nextTurn();
    do await pace(0);
    while (await hashSome());
  }

  const hashing = createBackgroundLoop(hashWhatIsLeft, (error) => {
    if (!signal.aborted) events.emit({ kind: "hashing failed", error: String(error) });
  });

  function wake(): void {
    if (!signal.aborted) hashing.wake();
  }

  wake();
  return {
    wake,
    leave: (photoId) => {
      if (current?.photoId === photoId) current.left.abort();
    },
    idle: hashing.idle,
    stop: async () => {
      stopping.abort();
      await hashing.idle();
    },
  };
}

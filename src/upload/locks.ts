import type { Problem } from "../problem.ts";
import type { ByteRange } from "../records/records.ts";

/**
 * Which requests are at work on an upload, and which of its bytes each is writing: two that want to write the same
 * bytes meet here. It is in the memory of one process; several processes on one archive would have to share it.
 */
export interface UploadLocks {
  /** A request is at work on the upload from now on, until what it gets is disposed of. */
  join(uploadId: number): Membership;
  /** Whether any request is at work on the upload. */
  isBusy(uploadId: number): boolean;
  /** A sync of the upload's file has failed: chunks that are being written now must not be recorded. */
  doubt(uploadId: number): void;
}

/** What all requests at work on one upload share. */
export type SharedWork = {
  readonly uploadId: number;
  /** Why the upload has failed: nothing that still comes in may be recorded. */
  failure: Problem | undefined;
  /** Syncs of its file that have failed: bytes that were begun before the last one may be lost. */
  doubts: number;
  /** The one finalizing that is under way, for all to wait for. */
  finalizing: Promise<unknown> | undefined;
};

export interface Membership extends Disposable {
  readonly shared: SharedWork;
  /** Whether nobody else is at work on the upload. */
  isAlone(): boolean;
  /** Why nothing of this request may be recorded: the upload has failed, or was cancelled since the request came. */
  refusal(): Problem | undefined;
  /** Nothing of this request may be recorded any more, of others it may. */
  refuse(problem: Problem): void;
  /** The same of all others that are at work on the upload at this moment, not of those that come later. */
  refuseOthers(problem: Problem): void;
  /**
   * Locks a range of the file for one request to write. Where another request is writing a part of it, this waits up
   * to `waitMs` milliseconds for that one: it may be the same chunk on another connection.
   * @returns undefined where others still lock it
   */
  lock(range: ByteRange, waitMs: number): Promise<RangeLock | undefined>;
}

export interface RangeLock extends Disposable {
  readonly range: Readonly<ByteRange>;
  /** Makes the range `length` bytes long. Returns false, with the range unchanged, where another request is writing there. */
  extend(length: number): boolean;
}

type Member = { refused: Problem | undefined };

type Entry = {
  members: Set<Member>;
  shared: SharedWork;
  locked: Set<ByteRange>;
  /** Requests that wait for a lock to be released. */
  waiting: Set<() => void>;
};

export function createUploadLocks(): UploadLocks {
  const entries = new Map<number, Entry>();

  function entryOf(uploadId: number): Entry {
    let entry = entries.get(uploadId);
    if (!entry) {
      entry = {
        members: new Set(),
        shared: { uploadId, failure: undefined, doubts: 0, finalizing: undefined },
        locked: new Set(),
        waiting: new Set(),
      };
      entries.set(uploadId, entry);
    }
    return entry;
  }

  return {
    join: (uploadId) => {
      const entry = entryOf(uploadId);
      const member: Member = { refused: undefined };
      entry.members.add(member);
      return {
        shared: entry.shared,
        isAlone: () => entry.members.size === 1,
        refusal: () => entry.shared.failure ?? member.refused,
        refuse: (problem) => {
          member.refused ??= problem;
        },
        refuseOthers: (problem) => {
          for (const other of entry.members) if (other !== member) other.refused ??= problem;
        },
        lock: async (range, waitMs) => {
          const until = performance.now() + waitMs;
          for (;;) {
            const lock = lockRange(entry, range);
            const waitLeftMs = until - performance.now();
            if (lock || waitLeftMs <= 0) return lock;
            // It may be another range that is released.
            await nextRelease(entry, waitLeftMs);
          }
        },
        [Symbol.dispose]: () => {
          if (entry.members.delete(member) && entry.members.size === 0) entries.delete(uploadId);
        },
      };
    },
    isBusy: (uploadId) => entries.has(uploadId),
    doubt: (uploadId) => {
      const entry = entries.get(uploadId);
      if (entry) entry.shared.doubts += 1;
    },
  };
}

function lockRange(entry: Entry, wanted: ByteRange): RangeLock | undefined {
  if (isTaken(entry, wanted)) return undefined;
  const range = { ...wanted };
  entry.locked.add(range);
  return {
    range,
    extend: (length) => {
      const more = { start: range.start + range.length, length: length - range.length };
      if (isTaken(entry, more)) return false;
      range.length = length;
      return true;
    },
    [Symbol.dispose]: () => {
      entry.locked.delete(range);
      for (const wake of entry.waiting) wake();
      entry.waiting.clear();
    },
  };
}

/** Resolves when a lock is released, or after this long. */
function nextRelease(entry: Entry, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      entry.waiting.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, withinMs);
    entry.waiting.add(wake);
  });
}

function isTaken({ locked }: Entry, range: ByteRange): boolean {
  for (const other of locked) {
    const apart =
      other.start >= range.start + range.length || range.start >= other.start + other.length;
    if (!apart) return true;
  }
  return false;
}

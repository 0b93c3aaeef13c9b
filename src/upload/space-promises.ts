/** What is promised to one upload of the disk's space. Sizes are bytes. */
export type SpacePromise = {
  tokenId: number;
  total: number;
  received: number;
  /** Bytes that are kept from others. */
  bytes: number;
  /** When it had last made progress, and how much had come by then. */
  progressAt: number;
  progressReceived: number;
  /** True where too little came for too long: more is promised only after progress has been made again. */
  lapsed: boolean;
};

export type SpacePromises = {
  /** Bytes that are promised to all uploads together. */
  total(): number;
  /** Takes back the promises of uploads of which too little has come for too long. */
  lapse(): void;
  /** The same, where that was not done for as long as a promise lasts. */
  lapseInTime(): void;
  find(uploadId: number): SpacePromise | undefined;
  /** Makes the first promise to an upload, as far as that fits beside the others'. */
  open(upload: { id: number; tokenId: number; total: number; received: number }): SpacePromise;
  /** The promise of an upload that was opened as `opened`; it may have been deleted since, as one that lapsed very long ago. */
  keep(uploadId: number, opened: SpacePromise): SpacePromise;
  /** Bytes of the upload have come: they earn a promise for more, as long as that fits beside the others'. */
  grow(promise: SpacePromise, bytes: number): void;
  /** The upload has ended: nothing is promised to it any more. */
  close(uploadId: number): void;
};

/** What a token's uploads are promised together before much of them has come, in bytes. */
const FIRST_PROMISE = 64 * 1024 ** 2;

/** How many bytes are promised for each that came. */
const GROWTH = 16;

/** A promise lapses like a reservation (protocol 4.1), where less than PROGRESS_PART of it has come in this many milliseconds. */
const LAPSE_MS = 5 * 60_000;
const PROGRESS_PART = 1 / 1000;
const LEAST_PROGRESS = 64 * 1024;

/** How long a lapsed promise is remembered, in milliseconds: a single byte must not open a new one. */
const REMEMBER_MS = 24 * 60 * 60_000;

/**
 * @param free bytes of the disk that nobody has taken, promised ones among them
 * @param elapsed monotonic milliseconds
 */
export function createSpacePromises(free: () => number, elapsed: () => number): SpacePromises {
  const promises = new Map<number, SpacePromise>();
  let promised = 0;
  let lapsesSeenAt = elapsed();

  function set(promise: SpacePromise, bytes: number): void {
    promised += bytes - promise.bytes;
    promise.bytes = bytes;
  }

  function lapse(): void {
    const at = elapsed();
    lapsesSeenAt = at;
    for (const [id, promise] of promises) {
      if (at - promise.progressAt < LAPSE_MS) continue;
      set(promise, 0);
      promise.lapsed = true;
      if (at - promise.progressAt > REMEMBER_MS) promises.delete(id);
    }
  }

  /** What of a token's first promise its other uploads have left. */
  function firstOf(tokenId: number): number {
    let others = 0;
    for (const one of promises.values()) if (one.tokenId === tokenId) others += one.bytes;
    return Math.max(0, FIRST_PROMISE - others);
  }

  function noteProgress(promise: SpacePromise): void {
    promise.progressAt = elapsed();
    promise.progressReceived = promise.received;
    promise.lapsed = false;
  }

  return {
    total: () => promised,
    lapse,
    lapseInTime: () => {
      if (elapsed() - lapsesSeenAt > LAPSE_MS) lapse();
    },
    find: (uploadId) => promises.get(uploadId),
    open: ({ id, tokenId, total, received }) => {
      const [progressAt, progressReceived] = [elapsed(), received];
      const promise: SpacePromise = {
        tokenId,
        total,
        received,
        bytes: 0,
        progressAt,
        progressReceived,
        lapsed: false,
      };
      const left = Math.max(0, total - received);
      const wanted = Math.min(left, Math.max(firstOf(tokenId), received * GROWTH));
      promises.set(id, promise);
      if (wanted <= free() - promised) set(promise, wanted);
      return promise;
    },
    keep: (uploadId, opened) => {
      const known = promises.get(uploadId);
      if (known) return known;
      promises.set(uploadId, opened);
      return opened;
    },
    grow: (promise, bytes) => {
      promise.received += bytes;
      set(promise, Math.max(0, promise.bytes - bytes));
      const progress = Math.max(LEAST_PROGRESS, promise.bytes * PROGRESS_PART);
      const left = Math.max(0, promise.total - promise.received);
      if (promise.received - promise.progressReceived >= progress || left === 0) {
        noteProgress(promise);
      }
      if (promise.lapsed) return;
      const more = Math.min(left, promise.received * GROWTH) - promise.bytes;
      if (more > 0 && more <= free() - promised) set(promise, promise.bytes + more);
    },
    close: (uploadId) => {
      const promise = promises.get(uploadId);
      if (!promise) return;
      set(promise, 0);
      promises.delete(uploadId);
    },
  };
}

import { Problem } from "../problem.ts";

/**
 * Room on the disk, shared out before it is written to. Everything here is synchronous, so that of two
 * requests that ask at the same moment the second one sees what the first was given.
 *
 * A staged file takes as much of the disk as the bytes that came, not as its total size. So the rest is promised to
 * the upload and kept from others, or two large uploads would begin where one fits. A promise is bounded by what
 * has come, and lapses when nothing comes, so that nobody can reserve the disk with one byte.
 */
export interface DiskQuota {
  /** @throws Problem insufficient_storage where this many more bytes do not fit beside what is promised to others */
  require(bytes: number): void;
  /**
   * The account of an upload that holds a use of its token, opened with its first request and kept
   * until `closeAccount`, or until its promise lapses. All requests of the upload write on the one account.
   * @param received bytes of it that are on the disk already
   * @throws Problem insufficient_storage where its first bytes come and the whole of it cannot fit
   */
  ofUpload(upload: { id: number; tokenId: number; total: number; received: number }): Account;
  /** Closes the account of an upload that has ended: nothing is promised to it any more. */
  closeAccount(uploadId: number): void;
  /**
   * The account of one request's bytes that hold no use yet; close it when they are gone or placed.
   * @param vouched whether the request has named an upload token that is valid. Those that have not may be anybody's,
   * and share a part of the space only
   */
  undecided(vouched: boolean): UndecidedAccount;
}

export type Account = {
  /**
   * Takes space for this many bytes, which are written next. Call `written` after each, also where writing has failed.
   * @throws Problem insufficient_storage, temporarily_unavailable: nothing may be written
   */
  take(bytes: number): void;
  written(bytes: number): void;
};

export type UndecidedAccount = Account & {
  /** The bytes are on the disk no longer, or belong to an upload now. */
  close(): void;
};

export type QuotaOptions = {
  /** Bytes that can still be written to the disk (statfs). */
  space: () => number;
  /** Bytes that stay free (REDEEM_RESERVE). */
  reserve: number;
  /** Bytes of all undecided bodies together (REDEEM_UNDECIDED); never more than a quarter of what is free. */
  undecidedLimit: number;
  /** Monotonic milliseconds. */
  elapsed?: () => number;
};

/** What a token's uploads are promised together before much of them has come, in bytes. */
const FIRST_PROMISE = 64 * 1024 ** 2;

/** How many bytes are promised for each that came. */
const GROWTH = 16;

/** A promise lapses like a reservation (protocol 4.1), where less than PROGRESS_PART of it has come in this many milliseconds. */
const LAPSE_MS = 5 * 60_000;
const PROGRESS_PART = 1 / 1000;
const LEAST_PROGRESS = 64 * 1024;

/** How long a lapsed account is kept, in milliseconds: a single byte must not open a new one with a new promise. */
const REMEMBER_MS = 24 * 60 * 60_000;

/** Of the room for undecided bodies, what those may take together that have named no token. */
const NAMELESS_PART = 3 / 4;

/** The disk is asked again after this many bytes or milliseconds: others write to it, too. */
const ASK_BYTES = 4 * 1024 ** 2;
const ASK_MS = 50;

type Entry = {
  tokenId: number;
  total: number;
  received: number;
  /** Bytes that are kept from others. */
  promise: number;
  /** When it had last made progress, and how much had come by then. */
  progressAt: number;
  progressReceived: number;
  /** True where too little came for too long: more is promised only after progress has been made again. */
  lapsed: boolean;
};

export function createQuota(options: QuotaOptions): DiskQuota {
  const { space, reserve, undecidedLimit, elapsed = () => performance.now() } = options;
  const entries = new Map<number, Entry>();
  let promised = 0;
  /** Taken and not yet written. */
  let pending = 0;
  /** Bytes of undecided bodies, taken or written. */
  let undecided = 0;
  /** Of these, bytes of bodies that have named no token. */
  let nameless = 0;
  let measured = 0;
  let measuredAt = Number.NEGATIVE_INFINITY;
  let writtenSince = 0;
  let lapsesSeenAt = elapsed();

  function measure(): void {
    measured = space();
    measuredAt = elapsed();
    writtenSince = 0;
  }

  /** Bytes that nobody has taken, beyond the reserve. */
  function free(): number {
    if (writtenSince >= ASK_BYTES || elapsed() - measuredAt > ASK_MS) measure();
    return measured - writtenSince - pending - reserve;
  }

  function setPromise(entry: Entry, bytes: number): void {
    promised += bytes - entry.promise;
    entry.promise = bytes;
  }

  function lapsePromises(): void {
    const at = elapsed();
    lapsesSeenAt = at;
    for (const [id, entry] of entries) {
      if (at - entry.progressAt < LAPSE_MS) continue;
      setPromise(entry, 0);
      entry.lapsed = true;
      if (at - entry.progressAt > REMEMBER_MS) entries.delete(id);
    }
  }

  function firstPromise(tokenId: number): number {
    let others = 0;
    for (const entry of entries.values()) if (entry.tokenId === tokenId) others += entry.promise;
    return Math.max(0, FIRST_PROMISE - others);
  }

  function written(bytes: number): void {
    pending -= bytes;
    writtenSince += bytes;
  }

  function requireFree(bytes: number): void {
    if (bytes <= free() - promised) return;
    // Before anybody is refused, the disk is asked again and promises that are over are freed.
    lapsePromises();
    measure();
    if (bytes > free() - promised) throw noRoom();
  }

  function mostUndecided(): number {
    return Math.min(undecidedLimit, (free() - promised + undecided) / 4);
  }

  /** What has come earns a promise for more, as long as that fits beside the others'. */
  function grow(entry: Entry, bytes: number): void {
    entry.received += bytes;
    setPromise(entry, Math.max(0, entry.promise - bytes));
    const progress = Math.max(LEAST_PROGRESS, entry.promise * PROGRESS_PART);
    const left = Math.max(0, entry.total - entry.received);
    if (entry.received - entry.progressReceived >= progress || left === 0) {
      entry.progressAt = elapsed();
      entry.progressReceived = entry.received;
      entry.lapsed = false;
    }
    if (entry.lapsed) return;
    const more = Math.min(left, entry.received * GROWTH) - entry.promise;
    if (more > 0 && more <= free() - promised) setPromise(entry, entry.promise + more);
  }

  return {
    require: requireFree,

    ofUpload: ({ id, tokenId, total, received }) => {
      let entry = entries.get(id);
      if (!entry) {
        if (elapsed() - lapsesSeenAt > LAPSE_MS) lapsePromises();
        const left = Math.max(0, total - received);
        if (received === 0) requireFree(left);
        entry = {
          tokenId,
          total,
          received,
          promise: 0,
          progressAt: elapsed(),
          progressReceived: received,
          lapsed: false,
        };
        const wanted = Math.min(left, Math.max(firstPromise(tokenId), received * GROWTH));
        entries.set(id, entry);
        if (wanted <= free() - promised) setPromise(entry, wanted);
      }
      const opened = entry;
      // It may have been deleted since, as one that lapsed very long ago.
      const current = () => {
        if (!entries.has(id)) entries.set(id, opened);
        return entries.get(id) ?? opened;
      };
      return {
        take: (bytes) => {
          const beyond = Math.max(0, bytes - current().promise);
          if (beyond > 0) requireFree(beyond);
          if (bytes > free()) {
            measure();
            if (bytes > free()) throw noRoom();
          }
          pending += bytes;
        },
        written: (bytes) => {
          written(bytes);
          grow(current(), bytes);
        },
      };
    },

    closeAccount: (uploadId) => {
      const entry = entries.get(uploadId);
      if (!entry) return;
      setPromise(entry, 0);
      entries.delete(uploadId);
    },

    undecided: (vouched) => {
      let held = 0;
      const refusal = (bytes: number): Problem | undefined => {
        const most = mostUndecided();
        const full = undecided + bytes > most;
        const fullOfNameless = !vouched && nameless + bytes > most * NAMELESS_PART;
        if (!full && !fullOfNameless) return undefined;
        return tooManyUndecided((full ? undecided : nameless) === held);
      };
      return {
        take: (bytes) => {
          requireFree(bytes);
          if (refusal(bytes)) {
            // Before anybody is refused, the disk is asked again and promises that are over are freed.
            lapsePromises();
            measure();
          }
          const refused = refusal(bytes);
          if (refused) throw refused;
          undecided += bytes;
          if (!vouched) nameless += bytes;
          held += bytes;
          pending += bytes;
        },
        written,
        close: () => {
          undecided -= held;
          if (!vouched) nameless -= held;
          held = 0;
        },
      };
    },
  };
}

function noRoom(): Problem {
  return new Problem(
    "insufficient_storage",
    "The server has no room for this file at the moment; try again later.",
  );
}

/** @param alone whether no other body takes space: then this one is too large for the space there is */
function tooManyUndecided(alone: boolean): Problem {
  const advice = "send the upload token and the chunk's parameters before the file";
  return alone
    ? new Problem(
        "insufficient_storage",
        `The server has no room for this file while it is not known what it belongs to: ${advice}, or try again later.`,
      )
    : new Problem(
        "temporarily_unavailable",
        `Too many files are coming in of which it is not known what they belong to; try again, or ${advice}.`,
      );
}

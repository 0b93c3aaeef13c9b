import { Problem } from "../problem.ts";
import { createFreeSpace } from "./free-space.ts";
import { createSpacePromises } from "./space-promises.ts";
import { createUndecidedSpace } from "./undecided-space.ts";

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

export function createQuota(options: QuotaOptions): DiskQuota {
  const { space, reserve, undecidedLimit, elapsed = () => performance.now() } = options;
  const disk = createFreeSpace(space, reserve, elapsed);
  const promises = createSpacePromises(disk.free, elapsed);
  const unpromised = () => disk.free() - promises.total();
  const undecided = createUndecidedSpace(undecidedLimit, unpromised);

  /** Before anybody is refused, the disk is asked again and promises that are over are freed. */
  function lookAgain(): void {
    promises.lapse();
    disk.measure();
  }

  function requireFree(bytes: number): void {
    if (bytes <= unpromised()) return;
    lookAgain();
    if (bytes > unpromised()) throw noRoom();
  }

  return {
    require: requireFree,

    ofUpload: (upload) => {
      const { id, total, received } = upload;
      let promise = promises.find(id);
      if (!promise) {
        promises.lapseInTime();
        if (received === 0) requireFree(total);
        promise = promises.open(upload);
      }
      const opened = promise;
      return {
        take: (bytes) => {
          const beyond = Math.max(0, bytes - promises.keep(id, opened).bytes);
          if (beyond > 0) requireFree(beyond);
          if (bytes > disk.free()) {
            disk.measure();
            if (bytes > disk.free()) throw noRoom();
          }
          disk.take(bytes);
        },
        written: (bytes) => {
          disk.written(bytes);
          promises.grow(promises.keep(id, opened), bytes);
        },
      };
    },

    closeAccount: promises.close,

    undecided: (vouched) => {
      const isNameless = !vouched;
      let held = 0;
      return {
        take: (bytes) => {
          requireFree(bytes);
          if (undecided.refusal(bytes, held, isNameless)) lookAgain();
          const refused = undecided.refusal(bytes, held, isNameless);
          if (refused) throw refused;
          undecided.take(bytes, isNameless);
          held += bytes;
          disk.take(bytes);
        },
        written: disk.written,
        close: () => {
          undecided.giveBack(held, isNameless);
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

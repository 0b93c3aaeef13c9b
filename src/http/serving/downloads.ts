import type { ArchivedPhoto } from "../../export/archive.ts";
import { hashSecret, newSecret } from "../../random.ts";

/** An archive that somebody may fetch. */
export type Download = {
  files: readonly ArchivedPhoto[];
  /** Bytes of the archive. */
  size: number;
  /** Milliseconds since 1970. */
  madeAt: number;
  expiresAt: number;
};

export type Downloads = {
  /**
   * Makes a link to an archive.
   * @param holds whether the credential that it is made with still counts
   */
  make(
    files: readonly ArchivedPhoto[],
    size: number,
    holds: () => Promise<boolean>,
  ): { secret: string; expiresAt: number };
  /** Undefined where there is no such link, its time is over, or the credential that made it counts no more. */
  find(secret: string): Promise<Download | undefined>;
  /** An archive is about to be sent: answers what to call when that is over; undefined where too many are. */
  begin(): (() => void) | undefined;
};

/** How long an archive may be asked for, in milliseconds. */
export const DOWNLOAD_MS = 10 * 60_000;

/** Archives that are sent at the same time. */
export const MOST_DOWNLOADS = 8;

/** Files of all archives that may be asked for, some hundred bytes each: the oldest links make way. */
const MOST_FILES = 250_000;

type Link = Download & { holds: () => Promise<boolean> };

/**
 * Links to archives, in memory: they are gone when the process ends, and are made anew by whoever wants one.
 * @param now milliseconds since 1970
 */
export function createDownloads(now: () => number): Downloads {
  /** By the hash of the secret, the oldest first. */
  const links = new Map<string, Link>();
  let underWay = 0;

  function dropEnded(): void {
    for (const [hash, { expiresAt }] of links) if (expiresAt <= now()) links.delete(hash);
  }

  function makeRoom(more: number): void {
    let count = [...links.values()].reduce((sum, { files }) => sum + files.length, more);
    for (const [hash, { files }] of links) {
      if (count <= MOST_FILES) return;
      links.delete(hash);
      count -= files.length;
    }
  }

  return {
    make: (files, size, holds) => {
      dropEnded();
      makeRoom(files.length);
      const secret = newSecret();
      const expiresAt = now() + DOWNLOAD_MS;
      links.set(hashSecret(secret), { files, size, holds, madeAt: now(), expiresAt });
      setTimeout(dropEnded, DOWNLOAD_MS + 1000).unref();
      return { secret, expiresAt };
    },
    find: async (secret) => {
      const link = links.get(hashSecret(secret));
      if (!link || link.expiresAt <= now() || !(await link.holds())) return undefined;
      return link;
    },
    begin: () => {
      if (underWay >= MOST_DOWNLOADS) return undefined;
      underWay += 1;
      return () => {
        underWay -= 1;
      };
    },
  };
}

import type { Photo, PhotoChange, PhotoMetadata } from "./photos.ts";

/** What the holder of an upload token may change of its photos (protocol 6, update-upload-token). */
export type TokenChange = Partial<
  Pick<PhotoMetadata, "title" | "description" | "tags" | "albumId" | "published" | "publishDate">
>;

/** Which files of an upload token are meant. The identifier, where there is one, alone counts. */
export type FileSelector = { identifier: string } | { filename: string } | "all";

export type NewTokenUpdate = { tokenId: number; files: FileSelector; change: TokenChange };

/**
 * Changes of what upload tokens give their photos. One that is on record holds for each file of its token that is meant: for
 * those that become photos later, in the transaction that makes them; for those that are photos already, when it is carried
 * out. The newest wins, parameter by parameter.
 */
export interface UpdateRecords {
  /**
   * Records a change, durably. One of all files changes what is on record of the token, too.
   * @param most how many changes of single files a token may have on record
   * @returns its id; "too many" where there are so many
   */
  add(update: NewTokenUpdate, most: number): Promise<number | "too many">;
  /**
   * Carries a change out, on a slice of the photos that are there: one transaction. Where the process ends, the next one
   * goes on (`unfinished`).
   * @param decide what becomes of a photo; a pure function
   * @returns the photos that were changed, and whether there may be more of them
   */
  carryOut(
    id: number,
    now: number,
    decide: (photo: Photo, change: TokenChange) => readonly PhotoChange[],
  ): Promise<{ changed: Photo[]; more: boolean }>;
  /** Those that are not carried out to their end, the oldest first. */
  unfinished(): Promise<number[]>;
  /** Deletes those of tokens that expired before then, in slices; yields how many each deleted. */
  pruneExpired(before: number): AsyncIterable<number>;
}

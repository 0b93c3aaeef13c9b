/** Bytes of originals, and photos, that a token or an album has outside the trash. */
export type Share = { id: number; title: string; bytes: number; photos: number };

/** What a folder holds, in bytes and photos. */
export type StorageUse = {
  /** Outside the trash. */
  photos: number;
  originals: number;
  trashedPhotos: number;
  /** Originals of photos in the trash. */
  trash: number;
  thumbnails: number;
  /** What has come of uploads in chunks that are under way. */
  unfinished: number;
  /** The largest first, SHARES of them at most. A photo in two albums counts in both. */
  byAlbum: Share[];
  /** The same. What came without an upload token is one share, with the id 0. */
  byToken: Share[];
};

export const SHARES = 100;

/** Things that wait: each is counted up to MOST_COUNTED, which stands for that many or more. */
export type Waiting = {
  /** Uploads that have shown life in the last minutes (LAPSE_MS). */
  uploads: number;
  deliveriesPending: number;
  deliveriesGivenUp: number;
  /** Originals whose facts and thumbnails are to be made. */
  media: number;
  /** Originals whose SHA-256 is to be made. */
  hashes: number;
};

export interface UsageRecords {
  /**
   * Counts what there is: a look at each photo, thumbnail and upload, in slices between which others have their turn. With a
   * million photos that takes some seconds.
   * @returns undefined where the records were closed meanwhile
   */
  storage(): Promise<StorageUse | undefined>;
  waiting(now: number): Promise<Waiting>;
}

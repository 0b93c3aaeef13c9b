/** What an export has put into a folder: kept there, so that the next one goes on. */

/** A photo as it was exported, or is to be. */
export type Exported = {
  photoId: number;
  /** The name that it would have if no other had it; by another one a photo is known that was renamed. */
  wanted: string;
  /** Of its file, in the export's folder, with slashes. Its metadata are beside it, in `<path>.json`. */
  path: string;
  /** The original that is there whole, on the disk; null until it is. */
  originalId: number | null;
  /** Of its metadata as they were written last; null until they are. */
  metadataHash: string | null;
};

export interface Manifest {
  /** The data folder that is exported here; undefined in a new folder. */
  site(): string | undefined;
  noteSite(site: string): void;
  /** Runs all of it in one transaction, which is on the disk when this answers. */
  together<Value>(work: () => Value): Value;
  /** The folder of an album, and the title that it had then. */
  folderOf(album: string): { title: string; folder: string } | undefined;
  /** False where another album has it, in whatever case. */
  giveFolder(album: string, title: string, folder: string, key: string): boolean;
  byId(photoId: number): Exported | undefined;
  /** Photos with ids above `after`, up to `until`. */
  between(after: number, until: number): Exported[];
  /** Whose name it is, of a file or of metadata. */
  ownerOf(key: string): number | undefined;
  /**
   * The photo has this path from now on, and nothing is there yet. What it had before is a leftover.
   * @param keys of the file and of its metadata, which no other photo may have
   */
  givePath(photoId: number, wanted: string, path: string, keys: readonly [string, string]): void;
  /** It wants another name, and gets none. */
  noteWanted(photoId: number, wanted: string): void;
  noteDone(photoId: number, originalId: number, metadataHash: string): void;
  /** Files that photos had before they got another path, and that are still to be deleted. */
  leftoversOf(photoId: number): string[];
  /** They are deleted, and their names may be given again. */
  forgetLeftovers(photoId: number): void;
  close(): void;
}

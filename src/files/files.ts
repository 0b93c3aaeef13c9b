import type { Algorithm, Digests } from "../digest.ts";
import type { Pace } from "./digest-file.ts";

/**
 * Bytes. Each upload's file has a name of its own, which is kept on record and never given twice; as a
 * photo's original it keeps it. Nothing is moved or deleted that the records have not decided first:
 * an upload's file lies in staging until its photo is on record, and whoever looks for an original finds it there, too.
 */
export type Files = {
  staging: Staging;
  originals: Originals;
  thumbnails: Thumbnails;
  spools: Spools;
  inventory: Inventory;
};

/** Files of uploads that are no photos yet. */
export interface Staging {
  /**
   * Takes bytes of an upload from an offset on, in place.
   * @throws an error with the code ENOENT where the file is missing and was not to be made
   */
  write(file: string, offset: number, options: WriteOptions): Promise<Sink>;
  /** The spool becomes the upload's file, and its bytes are on the disk. Throws SyncFailed where they are not. */
  adopt(spool: Spool, file: string): Promise<void>;
  /** Everything written to an upload is on the disk. Throws where it is not, or there is no file. */
  sync(file: string): Promise<void>;
  /**
   * Every byte was written and synced: makes the file one that a photo may be made of, which a power cut does
   * not take away. May be asked again.
   * @throws Error where the file is missing or has another size; SyncFailed
   */
  finalize(file: string, size: number): Promise<void>;
  /** The first bytes of an upload, at most so many. */
  head(file: string, bytes: number): Promise<Uint8Array>;
  /** Hashes a part of the file, as it lies there. */
  digest(
    file: string,
    range: { start: number; length: number },
    algorithms: readonly Algorithm[],
  ): Promise<Digests>;
  /** Bytes of the file, without waiting; undefined where there is none. */
  lengthOf(file: string): number | undefined;
  /** Deletes the file, where there is one, before it answers. */
  delete(file: string): Promise<void>;
  /** Files of uploads that lie here, by name. */
  names(): Promise<string[]>;
  /** Puts a file aside that no record knows. Answers where it lies now; undefined where it has gone meanwhile. */
  putAside(file: string): Promise<string | undefined>;
  /** Bytes that can still be written here. */
  space(): number;
}

/** Files of photos. */
export interface Originals {
  /**
   * Brings the file of a photo on record to its place, from wherever it lies. May be asked again.
   * @returns false where it is nowhere
   */
  place(place: Place): Promise<boolean>;
  /**
   * The bytes of a photo, to be read; also where they have not been brought to their place yet. The file is opened by its path when
   * the blob is used: in the same turn of the event loop, or it may have been replaced and deleted since. Its size is the file's.
   * @throws Error where they are nowhere
   */
  read(place: Place): Promise<Blob>;
  /**
   * The same, open: its bytes can be read to their end, whatever is done to the file meanwhile.
   * @throws Error where they are nowhere
   */
  open(place: Place): Promise<OpenFile>;
  /**
   * The path under which another program on this machine may read the bytes of a photo, now.
   * @throws Error where they are nowhere
   */
  locate(place: Place): Promise<string>;
  /**
   * Hashes the bytes of a photo, wherever they lie; nothing is moved. Who replaces or deletes the photo meanwhile changes
   * nothing of what was begun.
   * @returns also how many bytes there are; undefined where they are nowhere
   */
  digest(
    place: Place,
    algorithms: readonly Algorithm[],
    pace?: Pace,
  ): Promise<{ digests: Digests; size: number } | undefined>;
  /**
   * Deletes the bytes of an original that no photo has any more, from wherever they lie, and its photo's folder where nothing
   * is left in it. They are gone for good when this answers, also after a power cut. May be asked again.
   * @throws Error where the disk does not let them go; SyncFailed
   */
  delete(place: Place): Promise<void>;
  /** Earlier versions moved an upload's file before its photo was on record: brings it back to staging. */
  takeBack(place: Omit<Place, "size">): Promise<void>;
  /** Puts files aside that lie among the photos under ids that were never given. Answers where they lie now. */
  putStraysAside(lastPhotoId: number): Promise<string[]>;
}

/**
 * Files of thumbnails, by the original that they were made of and their format. They can be made again, so nothing
 * waits for the disk: whoever reads one says how many bytes it has, and a file of another size is none.
 */
export interface Thumbnails {
  /** An empty folder on this machine, where the thumbnails of an original are written: `<format>.webp`. */
  beginWork(of: ThumbnailsOf): Promise<string>;
  /**
   * Brings a thumbnail from there to its place, in the place of one that is there.
   * @returns its bytes
   * @throws Error where there is none, or it is no file
   */
  place(of: ThumbnailsOf, format: string): Promise<number>;
  /** Deletes the folder, and what is in it. */
  endWork(of: ThumbnailsOf): Promise<void>;
  /** Originals whose work was begun by a process that is gone, and not ended. */
  leftWork(): Promise<ThumbnailsOf[]>;
  /** Undefined where there is none of so many bytes. */
  read(of: ThumbnailsOf, format: string, size: number): Promise<Blob | undefined>;
  /** The same, open. @throws Error where there is none */
  open(of: ThumbnailsOf, format: string): Promise<OpenFile>;
  /** Deletes all thumbnails of the original; none is no error. */
  delete(of: ThumbnailsOf): Promise<void>;
}

/** Which original thumbnails belong to: its file names them. */
export type ThumbnailsOf = Omit<Place, "size">;

/** Bytes of one request whose upload is not known yet; always on this machine. */
export interface Spools {
  create(): Promise<Spool>;
  /** Deletes the spools of a process that is gone. */
  deleteAll(): Promise<void>;
}

/** What lies there under whatever name, for whoever looks for files that no record knows. */
export interface Inventory {
  /** Everything among the photos, a folder at a time. */
  photos(): AsyncIterable<Found>;
  /** Everything among the files of uploads. */
  uploads(): AsyncIterable<Found>;
  /** Whether the original of a photo on record, or one that waits for its removal, would lie there. */
  isOriginal(found: Found, original: Omit<Place, "size" | "photoId">): boolean;
  isThere(found: Found): boolean;
  /** Puts it aside. Answers where it lies now; undefined where it has gone meanwhile. */
  putAside(found: Found): Promise<string | undefined>;
}

export type Found = {
  /** From the data folder on. */
  path: string;
  name: string;
  /** Where it lies in the folder of a photo. */
  of: { treeId: number; photoId: number } | undefined;
};

/** Where the file of a photo lies, and how many bytes it has. */
export type Place = { treeId: number; photoId: number; file: string; size: number };

/** A file that is open for reading. Disposing of it closes it, once. */
export interface OpenFile extends Disposable {
  /** In bytes. */
  readonly size: number;
  /**
   * Bytes from `start` up to, but without, `end`, in pieces. A piece is valid until the next one is asked for.
   * @throws Error where the file ends before
   */
  read(start: number, end: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

export type WriteOptions = {
  /** Makes the file where there is none: for the first bytes of an upload alone. */
  create: boolean;
  /** Called at once where a sync along the way has failed: chunks in this file that were not synced before may be lost. */
  onSyncFailed?: (error: SyncFailed) => void;
};

/**
 * The disk has not taken what was written. The system reports that once, and a later sync that succeeds proves
 * nothing: all of the file that was not synced before has to be sent again.
 */
export class SyncFailed extends Error {
  constructor(cause: unknown) {
    super(`what was written is not on the disk: ${String(cause)}`, { cause });
  }
}

/** Takes bytes in order. */
export interface Sink {
  /** Resolves when they are written. They are not copied: leave them as they are until then. */
  write(piece: Uint8Array): Promise<void>;
  /** Everything taken is written: it outlives this process, if not yet a power cut. */
  flush(): Promise<void>;
  /**
   * Resolves when everything written to this file so far is on the disk. The sink's own descriptor is synced, since the
   * system reports to it every failure since it was opened.
   * @throws SyncFailed, also where a sync along the way has failed
   */
  sync(): Promise<void>;
  /** Waits for what is under way and closes the file; never throws. */
  close(): Promise<void>;
}

export interface Spool extends Sink, AsyncDisposable {
  readonly path: string;
  /** What it has taken, from its beginning. A piece is valid until the next one is asked for. */
  read(): AsyncIterable<Uint8Array>;
  /** Hashes what it has taken, which must have been flushed. */
  digest(algorithms: readonly Algorithm[]): Promise<Digests>;
  /** Closes it and deletes its bytes, where they have not been adopted. Disposing of it does the same. */
  delete(): Promise<void>;
}

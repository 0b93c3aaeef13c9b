/**
 * Bytes: those of unfinished uploads, those of requests whose upload token is still to come (spools),
 * and the originals of photos. Each upload's file has a name of its own, which is kept on record and
 * never given twice; a photo's original keeps it.
 */
export interface Files {
  /** A place for bytes that belong to no upload yet. */
  spool(): Promise<Spool>;
  /**
   * Takes bytes of an upload from an offset on, in place.
   * @throws an error with the code ENOENT where the file is missing and was not to be made
   */
  write(file: string, offset: number, options: WriteOptions): Promise<Sink>;
  /** The spool becomes the upload's file, and is on the disk. Throws SyncFailed where it is not. */
  adopt(spool: Spool, file: string): Promise<void>;
  /** Everything written to an upload is on the disk. */
  sync(file: string): Promise<void>;
  /** The first bytes of an upload, at most so many, also where it has been kept already. */
  head(place: Place, bytes: number): Promise<Uint8Array>;
  /**
   * The upload's file becomes the photo's original; what it answers for is on the disk afterwards.
   * Doing it again is no error: the server may have stopped in between.
   */
  keep(place: Place, size: number): Promise<void>;
  /**
   * Undoes `keep` for an upload that did not become a photo after all.
   * @returns whether its file is where unfinished uploads lie now
   */
  giveBack(place: Place): Promise<boolean>;
  /**
   * The bytes of a photo, to be read. Where its file is not in its place (a crash came between the
   * two commits) it is found wherever it lies, by its name and its size.
   * @throws Error where it is nowhere
   */
  original(place: Place, size: number): Promise<Blob>;
  /** Brings a photo's file to its place, if it lies elsewhere. False where it is nowhere. */
  restore(place: Place, size: number): Promise<boolean>;
  /** Forgets an unfinished upload's bytes, at once, before it answers. Never touches a photo. */
  remove(file: string): Promise<void>;
  /** Puts a file of an upload aside that no record knows. Undefined where it has gone meanwhile. */
  putAside(file: string): Promise<string | undefined>;
  /** Puts files aside that lie among the photos under ids that were never given. */
  putStraysAside(lastId: number): Promise<string[]>;
  /** Bytes that can still be written here. */
  space(): number;
  /** Files of uploads that lie here, by name. */
  names(): Promise<string[]>;
  /** Bytes of an unfinished upload's file, without waiting; undefined where there is none. */
  lengthOf(file: string): number | undefined;
  /** Removes the spools of a process that is gone. */
  clear(): Promise<void>;
}

/** Where the file of an upload lies once it is a photo's. */
export type Place = { treeId: number; photoId: number; file: string };

export type WriteOptions = {
  /** Makes the file where there is none: for the first bytes of an upload alone. */
  create: boolean;
  /** Told at once where a sync along the way has failed: what this file holds is doubtful. */
  onSyncFailed?: (error: SyncFailed) => void;
};

/**
 * The disk has not taken what was written. The system says so once, and a later sync that succeeds
 * proves nothing: whatever of the file was not synced before has to be sent again.
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
   * Everything written to this file so far is on the disk. The file that wrote is asked: it hears of
   * every failure since it was opened. Throws SyncFailed, also for a sync along the way.
   */
  sync(): Promise<void>;
  /** Waits for what is under way and lets go of the file; never throws. */
  close(): Promise<void>;
}

export interface Spool extends Sink {
  readonly path: string;
  /** What it has taken, from its beginning. A piece is there until the next one is asked for. */
  read(): AsyncIterable<Uint8Array>;
  /** Lets go of the bytes, where they have not been adopted. */
  discard(): Promise<void>;
}

/**
 * Bytes: those of unfinished uploads, those of requests whose upload token is still to come (spools),
 * and the originals of photos. Uploads and photos are named by their ids alone.
 */
export interface Files {
  /** A place for bytes that belong to no upload yet. */
  spool(): Promise<Spool>;
  /** Takes bytes of an upload from an offset on, in place. */
  write(uploadId: number, offset: number): Promise<Sink>;
  /** The spool becomes the upload's file. */
  adopt(spool: Spool, uploadId: number): Promise<void>;
  /** Everything written to an upload is on the disk. */
  sync(uploadId: number): Promise<void>;
  /** The first bytes of an upload, at most so many. */
  head(uploadId: number, bytes: number): Promise<Uint8Array>;
  /**
   * The upload's file becomes the photo's original; what it answers for is on the disk afterwards.
   * Doing it again is no error: the server may have stopped in between.
   */
  keep(uploadId: number, treeId: number, size: number): Promise<void>;
  /** Undoes `keep` for an upload that did not become a photo after all. */
  giveBack(uploadId: number, treeId: number): Promise<void>;
  /** The bytes of a photo, to be read. */
  original(treeId: number, photoId: number): Blob;
  /** Forgets an unfinished upload's bytes, at once, before it answers. Never touches a photo. */
  remove(uploadId: number): Promise<void>;
  /** Bytes that can still be written here. */
  space(): number;
  /** Uploads that have bytes here. */
  uploadIds(): Promise<number[]>;
  /** Removes the spools of a process that is gone. */
  clear(): Promise<void>;
}

/** Takes bytes in order. */
export interface Sink {
  /** Resolves when they are written. They are not copied: leave them as they are until then. */
  write(piece: Uint8Array): Promise<void>;
  /** Everything taken is written: it outlives this process, if not yet a power cut. */
  flush(): Promise<void>;
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

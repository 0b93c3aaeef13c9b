import type { Files, OpenFile } from "../../files/files.ts";
import type { Photo } from "../../records/records.ts";
import type { Validators } from "./conditions.ts";

/** A photo's bytes in one of its formats, as they can be sent. */
export type PhotoFormat = Validators & {
  /** Which bytes they are: an address with `?v=<version>` is kept by browsers for as long as they like. */
  version: number;
  /** Media type. */
  type: string;
  /** A name for the download, as its owner had it: anything. */
  filename: string;
  /** SHA-256 of the bytes, hexadecimal, where it is known. */
  sha256: string | null;
  /** The file, which the system sends by itself: it is opened in the turn of the event loop in which it is answered. */
  read(): Promise<Blob>;
  /** The file open, for what is sent in pieces. */
  open(): Promise<OpenFile>;
};

/**
 * Finds a photo in a format. Undefined where there is none of that name, or not of this photo. The photo is there, and whoever asks
 * knows its token.
 */
export type FindFormat = (photo: Photo, name: string) => Promise<PhotoFormat | undefined>;

/** The formats that a photo has by itself: `original`, its bytes as they came. */
export function originalFormat(files: Pick<Files, "originals">): FindFormat {
  return async (photo, name) => {
    if (name !== "original") return undefined;
    const { id: photoId, treeId, original } = photo;
    const place = { treeId, photoId, file: original.file, size: original.size };
    return {
      etag: `"${original.id}-${original.size}"`,
      lastModified: original.createdAt,
      version: original.id,
      type: original.type,
      filename: original.filename || `photo-${photoId}`,
      sha256: original.sha256,
      read: () => files.originals.read(place),
      open: () => files.originals.open(place),
    };
  };
}

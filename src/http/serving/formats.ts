import type { Files, OpenFile } from "../../files/files.ts";
import { FORMAT_NAMES, type ThumbnailFormat } from "../../media/thumbnail-formats.ts";
import type { MediaQueue } from "../../media/queue.ts";
import type { Photo, Records, Thumbnail } from "../../records/records.ts";
import { MEDIA_REASONS } from "../thumbnail-fields.ts";
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

/** Why the photo has no bytes in a format that others have. */
export type NoFormat = {
  /** In words, for people. */
  why: string;
  /** Seconds, after which there may be some. */
  retryAfter?: number;
};

/**
 * Finds a photo in a format, or says why it is not there. The photo is there, and whoever asks knows its token.
 */
export type FindFormat = (photo: Photo, name: string) => Promise<PhotoFormat | NoFormat>;

export type FormatContext = {
  records: Pick<Records, "media">;
  files: Pick<Files, "originals" | "thumbnails">;
  media: Pick<MediaQueue, "wake">;
};

/** Seconds in which most thumbnails are made. */
const RETRY_SECONDS = 5;

/** The formats of photos: `original`, their bytes as they came, and thumbnails. */
export function photoFormats(context: FormatContext): FindFormat {
  return async (photo, name) => {
    if (name === "original") return originalOf(context, photo);
    const format = FORMAT_NAMES.find((one) => one === name);
    if (format === undefined) return { why: `The photo has no format ${JSON.stringify(name)}.` };
    return findThumbnail(context, photo, format);
  };
}

function originalOf({ files }: FormatContext, photo: Photo): PhotoFormat {
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
}

/** Where a thumbnail is on record and its file is gone, it is made again. */
async function findThumbnail(
  context: FormatContext,
  photo: Photo,
  format: ThumbnailFormat,
): Promise<PhotoFormat | NoFormat> {
  const { records, media } = context;
  const { id } = photo.original;
  const made = (await records.media.of([id])).get(id);
  if (made?.reason) {
    return { why: `There are no thumbnails of this: ${MEDIA_REASONS[made.reason]}.` };
  }
  const thumbnail = made?.thumbnails.find((one) => one.format === format);
  const found = thumbnail && (await thumbnailOf(context, photo, format, thumbnail));
  if (found) return found;
  if (thumbnail) {
    await Array.fromAsync(records.media.requeue({ originalIds: [id] }, thumbnail.createdAt));
    media.wake();
  }
  return { why: "This thumbnail is not made yet.", retryAfter: RETRY_SECONDS };
}

/** @returns undefined where its file is gone */
async function thumbnailOf(
  { files }: FormatContext,
  { id: photoId, treeId, original }: Photo,
  format: ThumbnailFormat,
  { size, type, createdAt }: Thumbnail,
): Promise<PhotoFormat | undefined> {
  const of = { treeId, photoId, file: original.file };
  const bytes = await files.thumbnails.read(of, format, size);
  if (!bytes) return undefined;
  return {
    etag: `"${original.id}-${format}-${createdAt}"`,
    lastModified: createdAt,
    version: original.id,
    type,
    filename: `${original.filename.replace(/\.[^.]*$/, "") || `photo-${photoId}`}-${format}`,
    sha256: null,
    read: async () => bytes,
    open: () => files.thumbnails.open(of, format),
  };
}

import type { Files } from "../files/files.ts";
import { nameWithExtension } from "../media/extension.ts";
import type { Photo, Records } from "../records/records.ts";
import { nameKey, safeFileName } from "./names.ts";
import { numbered } from "./place.ts";
import { writeZip, type ZipEntry } from "./zip.ts";

/** A photo's file in a ZIP archive, with the bytes that the photo had when the archive was put together. */
export type ArchivedPhoto = ZipEntry & { photoId: number; originalId: number };

/** Bytes of one piece that is sent. */
const PIECE = 256 * 1024;

/** Returns a function that names the photos of one archive: by their file names, with the photo's id added if a name is taken. */
export function archiveNames(): (photo: Photo) => ArchivedPhoto {
  const given = new Set<string>();
  return ({ id, original }) => {
    const fallback = `photo-${id}`;
    const whole = nameWithExtension(original.filename || fallback, original.type);
    const { stem, extension } = safeFileName(whole, fallback);
    for (const name of numbered(stem, String(id), extension)) {
      const key = nameKey(name);
      if (given.has(key)) continue;
      given.add(key);
      const { id: originalId, size, createdAt: modified } = original;
      return { name, size, modified, photoId: id, originalId };
    }
    throw new Error("no name is free");
  };
}

/**
 * The bytes of an archive, in pieces that the caller may keep. One file is open at a time.
 * @throws Error if a photo was removed, or its bytes replaced, since the archive was put together: the length that was announced
 *   cannot be kept
 */
export async function* archiveBytes(
  { records, files }: { records: Pick<Records, "photos">; files: Pick<Files, "originals"> },
  entries: readonly ArchivedPhoto[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  async function* read({ photoId, originalId, size }: ArchivedPhoto) {
    const photo = await records.photos.byId(photoId);
    if (photo?.original.id !== originalId)
      throw new Error(`Photo ${photoId} was removed or replaced`);
    const { file } = photo.original;
    using opened = await files.originals.open({ treeId: photo.treeId, photoId, file, size });
    if (opened.size !== size) throw new Error(`Photo ${photoId} has not the bytes it had`);
    yield* opened.read(0, size);
  }
  yield* gathered(writeZip(entries, read));
}

/** The same bytes in pieces of `PIECE`, the last one shorter, so that headers and small files are sent together. */
async function* gathered(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let buffer = new Uint8Array(PIECE);
  let filled = 0;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length;) {
      const part = piece.subarray(from, from + PIECE - filled);
      buffer.set(part, filled);
      from += part.length;
      filled += part.length;
      if (filled < PIECE) continue;
      yield buffer;
      buffer = new Uint8Array(PIECE);
      filled = 0;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

import type { Files } from "../files/files.ts";
import type { Expected, Records, Upload } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
import type { Events } from "../events.ts";
import { treeOf } from "../files/trees.ts";
import type { UploadLocks } from "./locks.ts";
import { isUnderWay } from "./rules.ts";

export type RestoreContext = {
  records: Records;
  files: Files;
  events: Events;
};

/** Rows and files that are looked at together. */
const SLICE = 500;

/**
 * Brings files and records in line before anything is accepted. Each file is looked up by its own
 * name: a photo's goes to its place, one that no record knows is put aside, and chunks that no file
 * has are deleted.
 */
export async function restore(context: RestoreContext): Promise<void> {
  const { records, files } = context;
  const names = new Set(await files.staging.names());
  for (let last = 0; ;) {
    const uploads = await records.leftovers.expectedAfter(last, SLICE);
    for (const upload of uploads) {
      last = upload.id;
      names.delete(upload.file);
      await restoreChunks(context, upload);
    }
    if (uploads.length < SLICE) break;
  }
  // After the uploads: an earlier version may have moved files of uploads among the originals, and these were taken back above.
  for (const file of await files.originals.putStraysAside(await records.leftovers.lastPhotoId())) {
    putRight(context, "put aside a file among the photos that no record knows", { file });
  }
  await settleFiles(context, [...names]);
}

/** Deletes the records of chunks that lie beyond the end of their file. */
async function restoreChunks(context: RestoreContext, { id, file, end }: Expected): Promise<void> {
  const { records, files } = context;
  if (end > 0 && (files.staging.lengthOf(file) ?? -1) >= end) return;
  // Earlier versions gave the photo the id of its upload, and may have moved the file to that photo's place. Where there is a photo with
  // that id, the file there is the photo's.
  if (!(await records.photos.byId(id))) {
    await files.originals.takeBack({ treeId: treeOf(id), photoId: id, file });
  }
  const length = files.staging.lengthOf(file) ?? 0;
  if (length >= end) return;
  const chunks = await records.chunks.deleteBeyond(id, length);
  putRight(context, "forgot chunks that their file does not have", { upload: id, chunks });
}

/**
 * Decides what becomes of files of uploads, each by what the records say of that very file.
 * @param signal ends it after the slice that it is at
 * @returns how many were deleted
 */
export async function settleFiles(
  context: RestoreContext,
  names: readonly string[],
  locks?: UploadLocks,
  signal?: AbortSignal,
): Promise<number> {
  const { records, files } = context;
  let deleted = 0;
  for (let at = 0; at < names.length; at += SLICE) {
    if (at > 0) await nextTurn();
    if (signal?.aborted) break;
    const slice = names.slice(at, at + SLICE);
    const known = await records.leftovers.byFiles(slice);
    const removed = await records.removals.among(slice);
    for (const name of slice) {
      const upload = known.get(name);
      // Its photo was removed before it was in its place: it is deleted with the others.
      if (removed.has(name)) continue;
      if (upload && (isUnderWay(upload.state) || locks?.isBusy(upload.id))) continue;
      // The file has been moved or deleted since the names were read.
      if (files.staging.lengthOf(name) === undefined) continue;
      if (upload?.state === "failed") {
        await files.staging.delete(name);
        deleted += 1;
      } else if (!upload || !(await place(context, upload))) {
        const file = await files.staging.putAside(name);
        if (file) putRight(context, "put aside a file that no record knows", { file });
      }
    }
  }
  return deleted;
}

/**
 * Brings a photo's file to its place: the process ended, or the disk failed, before it was there. Where that cannot be
 * done now, the file stays, and the photo is read from where it lies.
 * @returns false where the file is none of a photo
 */
async function place(
  context: RestoreContext,
  { id, file }: Pick<Upload, "id" | "file">,
): Promise<boolean> {
  // Also where the original was replaced meanwhile: the old file is deleted from its place among the originals.
  const at = await context.records.photos.placeOf(id);
  if (!at) return false;
  const { photoId: photo } = at;
  const { originals, staging } = context.files;
  try {
    if (!(await originals.place(at))) return false;
  } catch (error) {
    context.events.emit({ kind: "photo not placed", photo, error: String(error) });
    return true;
  }
  if (staging.lengthOf(file) !== undefined) return false;
  putRight(context, "brought a photo's file to its place", { photo });
  return true;
}

function putRight(
  { events }: RestoreContext,
  what: string,
  about: Record<string, string | number>,
): void {
  events.emit({ kind: "put right", what, about });
}

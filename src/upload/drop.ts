import type { Files, Place } from "../files/files.ts";
import { treeOf } from "../files/trees.ts";
import type { Photo, Records, Upload } from "../records/records.ts";

/** Where an upload's file lies once it is a photo's. */
export function placeOf({ id, file }: Pick<Upload, "id" | "file">): Place {
  return { treeId: treeOf(id), photoId: id, file };
}

/** Where a photo's original lies. */
export function placeOfPhoto({ id, treeId, file }: Photo): Place {
  return { treeId, photoId: id, file };
}

/** Removes the bytes of an upload that has ended for good, which is on the disk already. */
export async function dropBytes(files: Files, upload: Pick<Upload, "id" | "file">): Promise<void> {
  if (await files.giveBack(placeOf(upload))) await files.remove(upload.file);
}

/**
 * Ends an upload that does not become a photo, in an order that no crash turns around: that it has
 * ended is on the disk before its bytes go, and its record goes last, so that whatever is left is
 * known to the next start for what it is.
 * @returns false where it is a photo after all, or has ended already
 */
export async function dropUpload(
  { records, files }: { records: Records; files: Files },
  upload: Upload,
): Promise<boolean> {
  // Most have no bytes here: then nothing can be lost, and nothing is waited for.
  const hasBytes = await files.giveBack(placeOf(upload));
  if (hasBytes) {
    const ended = await records.uploads.giveUp([upload.id]);
    if (!ended.has(upload.id)) return false;
    await files.remove(upload.file);
  }
  await records.uploads.forget(upload.id);
  return true;
}

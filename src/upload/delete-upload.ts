import type { Upload } from "../records/records.ts";
import type { UploadContext } from "./types.ts";

/**
 * Ends an upload that does not become a photo, in an order that no crash turns around: that it has
 * ended is on the disk before its bytes go, and its record goes last, so that whatever is left is
 * known to the next start for what it is.
 * @returns false where it is a photo after all, or has ended already
 */
export async function deleteUpload(
  { records, files }: Pick<UploadContext, "records" | "files">,
  { id, file }: Pick<Upload, "id" | "file">,
): Promise<boolean> {
  // Most have no file in staging yet: then no bytes can be left behind, and the disk need not be waited for.
  if (files.staging.lengthOf(file) !== undefined) {
    const ended = await records.leftovers.end([id]);
    if (!ended.has(id)) return false;
    await files.staging.delete(file);
  }
  await records.leftovers.delete(id);
  return true;
}

/**
 * Deletes an upload in chunks that has not a byte on record, and what is left of bytes that were.
 * @param mayGo asked in the very moment: whether nobody else is at work on it
 * @returns whether it went
 */
export async function deleteEmpty(
  { records, files, quota }: Pick<UploadContext, "records" | "files" | "quota">,
  { id, file }: Pick<Upload, "id" | "file">,
  mayGo: () => boolean,
): Promise<boolean> {
  const fresh = await records.uploads.byId(id);
  if (fresh?.state !== "receiving" || fresh.received > 0 || !mayGo()) return false;
  quota.closeAccount(id);
  // Both at once, so that nobody comes in between; the bytes first, since on a full disk the
  // database needs their room.
  const deleting = files.staging.delete(file);
  await records.leftovers.deleteEmpty(id);
  await deleting;
  return true;
}

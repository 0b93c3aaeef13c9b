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

/** Deletes the bytes of an upload that has failed on record, now or as soon as that is possible. */
export async function deleteFailed(
  { files, quota, deletions }: Pick<UploadContext, "files" | "quota" | "deletions">,
  { id, tokenId, file }: Pick<Upload, "id" | "tokenId" | "file">,
): Promise<void> {
  quota.closeAccount(id);
  await deletions.carryOut({ upload: id, token: tokenId }, () => files.staging.delete(file));
}

/**
 * Deletes an upload in chunks that has not a byte on record, and what is left of bytes that were.
 * @param isFree asked in the very moment: whether nobody is at work on it
 * @returns whether it went
 */
export async function deleteEmpty(
  { records, files, quota }: Pick<UploadContext, "records" | "files" | "quota">,
  { id, file }: Pick<Upload, "id" | "file">,
  isFree: () => boolean,
): Promise<boolean> {
  const fresh = await records.uploads.byId(id);
  if (fresh?.state !== "receiving" || fresh.received > 0 || !isFree()) return false;
  quota.closeAccount(id);
  // Both at once, so that nobody comes in between; the bytes first, since on a full disk the
  // database needs their room.
  const [, isDeleted] = await Promise.all([
    files.staging.delete(file),
    records.leftovers.deleteEmpty(id),
  ]);
  return isDeleted;
}

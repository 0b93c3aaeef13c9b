import { changePhoto, type ArchiveContext } from "../archive/change-photo.ts";
import { decideTrash } from "../archive/rules.ts";
import { noSuchPhoto } from "../problem.ts";
import type { Owner } from "./types.ts";

/**
 * Puts a photo into the trash that came with an upload token, for whoever has the token. The use of the token stays
 * consumed (protocol 6, `delete-upload-token`).
 * @param identifier of the upload that it came with, where the caller says one
 * @throws Problem no_such_photo where it came with another token or identifier, or has bytes that came with another token
 */
export async function deleteOwnPhoto(
  context: ArchiveContext,
  { token }: Owner,
  photoId: number,
  identifier: string | undefined,
): Promise<void> {
  const { records } = context;
  const seen = await records.photos.byId(photoId);
  const upload = seen && (await records.uploads.byId(seen.original.uploadId));
  if (!upload || upload.tokenId !== token.id) throw noSuchPhoto();
  if (identifier !== undefined && upload.identity?.identifier !== identifier) throw noSuchPhoto();
  await changePhoto(
    context,
    photoId,
    // Looked at once more within the transaction: the photo's bytes may have been replaced since it was read above.
    decideTrash(({ tokenId, original }) => tokenId === token.id && original.uploadId === upload.id),
  );
}

import type { Identity, Records, Upload } from "../records/records.ts";
import { isReplaced } from "./rules.ts";

/**
 * The upload in chunks that a chunk belongs to, or a question for one (protocol 4.2).
 * @returns undefined where there is none, or where it has replaced a photo's bytes and others have replaced these since: its
 *   chunks are another upload's then
 */
export async function findUpload(
  { uploads, photos }: Pick<Records, "uploads" | "photos">,
  tokenId: number,
  identity: Identity,
): Promise<Upload | undefined> {
  const upload = await uploads.byIdentity(tokenId, identity);
  if (upload?.state !== "finished" || upload.replaces === null) return upload;
  return isReplaced(upload, await photos.byUpload(upload.id)) ? undefined : upload;
}

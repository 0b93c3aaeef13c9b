import { nextTurn } from "../slices.ts";
import type { Upload } from "../records/records.ts";
import { withoutReturn } from "./claim.ts";
import { deleteUpload } from "./delete-upload.ts";
import { finalize } from "./finalize.ts";
import { restore } from "./restore.ts";
import type { UploadContext } from "./types.ts";

/**
 * Finishes what the last process left, before anything is accepted. Whole files are deleted, also those that it was
 * finalizing when it died: no client was told that they are stored, and one that was told to try again, or nothing, sends
 * the file again and would have two photos of it. Uploads in chunks whose bytes are all there become photos. The data
 * folder must be locked: whoever held a lease is gone.
 * @returns how many became photos
 */
export async function recover(context: UploadContext): Promise<number> {
  const { records, files } = context;
  await files.spools.deleteAll();
  for (const upload of await records.leftovers.receivingWhole()) {
    await deleteWhole(context, upload);
  }
  await restore(context);
  let made = 0;
  for (const upload of await records.leftovers.complete()) {
    if (!upload.identity) await deleteWhole(context, upload);
    else if (await recoverOne(context, upload, upload.identity.totalSize)) made += 1;
    await nextTurn();
  }
  return made;
}

/** On a disk that takes no writes that is done later: no client can go on with it, and a server that starts serves photos. */
async function deleteWhole(context: UploadContext, upload: Upload): Promise<void> {
  await context.deletions.carryOut({ upload: upload.id, token: upload.tokenId }, async () => {
    await deleteUpload(context, upload);
  });
}

async function recoverOne(context: UploadContext, upload: Upload, size: number): Promise<boolean> {
  const { records, locks, secret, events } = context;
  const token = await records.tokens.byId(upload.tokenId);
  if (!token) return false;
  using work = locks.join(upload.id);
  try {
    // Without a background callback nothing names the token any more: its files may be ones of which nobody is told.
    const owner =
      upload.sealedToken === null
        ? { token: withoutReturn(token), uploadToken: "" }
        : { token, uploadToken: secret.unseal(upload.sealedToken) };
    await finalize(context, work, owner, upload, size, { extra: {}, othersGone: true });
    return true;
  } catch (error) {
    events.emit({ kind: "photo not made", upload: upload.id, error: String(error) });
    return false;
  }
}

import type { Files } from "../files/files.ts";
import type { Records } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import type { Active } from "./active.ts";
import { treeOf, type Completer } from "./complete.ts";

export type SweepContext = {
  records: Records;
  files: Files;
  active: Active;
  keepUnfinishedMs: number;
  keepRecordsMs: number;
  now: () => number;
};

/**
 * Removes what was abandoned: uploads that have received nothing for long, and bytes that belong to
 * no upload. A photo is not among what it looks at.
 * @returns how many were removed
 */
export async function sweep(context: SweepContext): Promise<number> {
  const { records, files, active } = context;
  let removed = 0;
  const before = context.now() - context.keepUnfinishedMs;
  const abandoned = await records.uploads.abandoned(before);
  for (const upload of abandoned) {
    if (active.has(upload.id)) continue;
    // It may have gone on since the list was made.
    if (!(await records.uploads.forgetAbandoned(upload.id, before))) continue;
    await files.remove(upload.id);
    removed += 1;
  }
  const onDisk = (await files.uploadIds()).filter((id) => !active.has(id));
  const wanted = await records.uploads.unfinished(onDisk);
  for (const id of onDisk) {
    // A whole file is adopted by its upload before it is active: it is not looked for here.
    if (wanted.has(id) || active.has(id)) continue;
    await files.remove(id);
    removed += 1;
  }
  const old = context.now() - context.keepRecordsMs;
  removed += await records.deliveries.dropClosed(old);
  removed += await records.tokens.dropExpired(old);
  return removed;
}

export type RecoverContext = Omit<SweepContext, "keepUnfinishedMs" | "keepRecordsMs" | "now"> & {
  completer: Completer;
  secret: SiteSecret;
  onFailure: (uploadId: number, error: unknown) => void;
};

/**
 * What the last process left: whole files under way are let go of (nobody was told that they are
 * here), and uploads whose bytes are all there become photos.
 * @returns how many were completed
 */
export async function recover(context: RecoverContext): Promise<number> {
  const { records, files, active, completer, secret } = context;
  await files.clear();
  for (const upload of await records.uploads.unfinishedWhole()) {
    await files.giveBack(upload.id, treeOf(upload.id));
    await records.uploads.forget(upload.id);
    await files.remove(upload.id);
  }
  // A file that was moved to the photos without being recorded as one comes back: chunks of it may have
  // been forgotten with the last boot, and will be written again.
  for (const id of await records.uploads.receivingIds()) await files.giveBack(id, treeOf(id));
  let completed = 0;
  for (const upload of await records.uploads.complete()) {
    const token = await records.tokens.byId(upload.tokenId);
    if (!token || !upload.identity) continue;
    const session = active.join(upload.id);
    try {
      // Without a background callback nobody is told, and its name is needed by nobody.
      const uploadToken = upload.sealedToken === null ? "" : secret.unseal(upload.sealedToken);
      const { totalSize } = upload.identity;
      await completer.complete(session, upload, totalSize, token, uploadToken, {});
      completed += 1;
    } catch (error) {
      context.onFailure(upload.id, error);
    } finally {
      active.leave(session);
    }
  }
  return completed;
}

import type { Files } from "../files/files.ts";
import type { Records } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import type { Active } from "./active.ts";
import type { Completer } from "./complete.ts";
import { dropBytes, dropUpload } from "./drop.ts";
import { restore, settleFiles, type RestoreContext } from "./restore.ts";

export type SweepContext = {
  records: Records;
  files: Files;
  active: Active;
  keepUnfinishedMs: number;
  keepRecordsMs: number;
  now: () => number;
  onFound: RestoreContext["onFound"];
};

/** Uploads that are given up by one write to the disk. */
const TOGETHER = 100;

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
  for (let at = 0; at < abandoned.length; at += TOGETHER) {
    const uploads = abandoned.slice(at, at + TOGETHER).filter(({ id }) => !active.has(id));
    // Asked again with the write: one may have gone on since the list was made. That they have ended
    // is on the disk before a byte goes, and what is known of them goes last.
    const ids = uploads.map(({ id }) => id);
    const ended = await records.uploads.giveUp(ids, before);
    for (const upload of uploads) {
      if (!ended.has(upload.id) || active.has(upload.id)) continue;
      await dropBytes(files, upload);
      await records.uploads.forget(upload.id);
      removed += 1;
    }
  }
  removed += await settleFiles(context, await files.names(), active);
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
    await dropUpload(context, upload);
  }
  await restore(context);
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

import { Problem, uploadCancelled } from "../problem.ts";
import type { Identity, Upload } from "../records/records.ts";
import type { SharedWork } from "./locks.ts";
import { deleteFailed } from "./delete-upload.ts";
import { findUpload } from "./find-upload.ts";
import { decideCancel, decideKeptEnd } from "./end-rules.ts";
import type { Owner, UploadContext } from "./types.ts";
import { decideUndo } from "./upload-rules.ts";

/** What cancelling works with. */
export type CancelContext = Pick<
  UploadContext,
  "records" | "files" | "events" | "now" | "locks" | "quota" | "deletions" | "process" | "syncer"
>;

/** What has become of an upload that its uploader cancels. `keptMs`: for how long its bytes are kept, in milliseconds; 0: they are gone. */
export type Cancelled = { isCancelled: boolean; keptMs: number };

/**
 * Cancels an upload in chunks for whoever sends it (protocol 4.8): its use is free, and its bytes are deleted, at once or after `keepMs`
 * (kept.ts). That is on the disk before a byte goes, so a crash in between leaves bytes alone, which the next start deletes. Chunks of it that
 * are coming in at this moment are refused; what they write goes into a file that has no name any more, or that the last of them deletes.
 * @param keepMs for how long its bytes are kept for somebody who undoes this, in milliseconds
 * @returns not cancelled where it is a photo already
 * @throws Problem temporarily_unavailable where another process is making the photo
 */
export async function endForUploader(
  context: CancelContext,
  { token }: Pick<Owner, "token">,
  identity: Identity,
  keepMs = 0,
): Promise<Cancelled> {
  const { records, locks, now } = context;
  const found = await findUpload(records, token.id, identity);
  if (!found) return { isCancelled: true, keptMs: 0 };
  using work = locks.join(found.id);
  await untilNotFinalizing(work.shared);
  const how = { lease: context.process, keepMs };
  const { value, upload = found } = await records.uploads.transact(
    { id: found.id },
    now(),
    (view) => decideCancel(view, how, now()),
    { durable: true },
  );
  if (value === "finished") return { isCancelled: false, keptMs: 0 };
  if (value === "another's") {
    throw new Problem(
      "temporarily_unavailable",
      "The file is being completed at this moment; try again.",
    );
  }
  if (value === "cancelled" || value === "kept") {
    context.events.emit({ kind: "upload cancelled", upload: found.id, token: token.id });
  }
  if (value === "kept" || value === "kept before") {
    work.refuseOthers(uploadCancelled());
    context.quota.closeAccount(found.id);
    const leftMs = Math.max(0, (upload.keptUntil ?? 0) - now());
    return { isCancelled: true, keptMs: value === "kept" ? keepMs : leftMs };
  }
  work.shared.failure ??= uploadCancelled();
  // Also of one that had ended before: a crash may have left them.
  await deleteFailed(context, upload);
  context.syncer.prune();
  return { isCancelled: true, keptMs: 0 };
}

/** Ends a cancelled upload whose bytes were kept for long enough, and deletes them. Not one whose cancelling was undone. */
export async function endKept(context: CancelContext, id: number): Promise<void> {
  const { records, locks, now } = context;
  using work = locks.join(id);
  const { value, upload } = await records.uploads.transact(
    { id },
    now(),
    (view) => decideKeptEnd(view, now()),
    { durable: true },
  );
  if (!value || !upload) return;
  work.shared.failure ??= uploadCancelled();
  await deleteFailed(context, upload);
  context.syncer.prune();
}

/** Undoes the cancelling of an upload whose bytes are kept. @returns false where others hold its use by now */
export async function undo(
  { records, events, now }: Pick<CancelContext, "records" | "events" | "now">,
  { id, tokenId }: Pick<Upload, "id" | "tokenId">,
): Promise<boolean> {
  const { value } = await records.uploads.transact({ id }, now(), (view) =>
    decideUndo(view, now()),
  );
  if (value) events.emit({ kind: "cancelling undone", upload: id, token: tokenId });
  return value;
}

/** Whoever is making the photo is not stopped in the middle. One that has failed may be followed by another; one that has succeeded stays. */
async function untilNotFinalizing(shared: SharedWork): Promise<void> {
  let seen: Promise<unknown> | undefined;
  while (shared.finalizing && shared.finalizing !== seen) {
    seen = shared.finalizing;
    await seen.catch(() => undefined);
  }
}

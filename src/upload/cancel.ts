import { Problem, uploadCancelled } from "../problem.ts";
import type { Identity } from "../records/records.ts";
import type { SharedWork } from "./locks.ts";
import { deleteFailed } from "./delete-upload.ts";
import { findUpload } from "./find-upload.ts";
import { decideCancel } from "./end-rules.ts";
import type { Owner, UploadContext } from "./types.ts";

/** What cancelling works with. */
export type CancelContext = Pick<
  UploadContext,
  "records" | "files" | "events" | "now" | "locks" | "quota" | "deletions" | "process" | "syncer"
>;

/**
 * Cancels an upload in chunks for whoever sends it (protocol 4.8): its use is free and its bytes are deleted. That it has
 * ended is on the disk before a byte goes, so a crash in between leaves bytes alone, which the next start deletes. Chunks of it that
 * are coming in at this moment are refused; what they write goes into a file that has no name any more, or that the last of them deletes.
 * @returns false where it is a photo already
 * @throws Problem temporarily_unavailable where another process is making the photo
 */
export async function endForUploader(
  context: CancelContext,
  { token }: Pick<Owner, "token">,
  identity: Identity,
): Promise<boolean> {
  const { records, locks, now } = context;
  const found = await findUpload(records, token.id, identity);
  if (!found) return true;
  using work = locks.join(found.id);
  await untilNotFinalizing(work.shared);
  const { value, upload } = await records.uploads.transact(
    { id: found.id },
    now(),
    (view) => decideCancel(view, context.process, now()),
    { durable: true },
  );
  if (value === "finished") return false;
  if (value === "another's") {
    throw new Problem(
      "temporarily_unavailable",
      "The file is being completed at this moment; try again.",
    );
  }
  work.shared.failure ??= uploadCancelled();
  // Also of one that had ended before: a crash may have left them.
  await deleteFailed(context, upload ?? found);
  if (value === "cancelled") {
    context.syncer.prune();
    context.events.emit({ kind: "upload cancelled", upload: found.id, token: token.id });
  }
  return true;
}

/** Whoever is making the photo is not stopped in the middle. One that has failed may be followed by another; one that has succeeded stays. */
async function untilNotFinalizing(shared: SharedWork): Promise<void> {
  let seen: Promise<unknown> | undefined;
  while (shared.finalizing && shared.finalizing !== seen) {
    seen = shared.finalizing;
    await seen.catch(() => undefined);
  }
}

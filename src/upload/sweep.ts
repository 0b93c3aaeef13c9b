import type { Files } from "../files/files.ts";
import type { Records, Upload } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import { nextTurn } from "../slices.ts";
import type { Active } from "./active.ts";
import type { Ages } from "./ages.ts";
import type { Completer } from "./complete.ts";
import { dropBytes, dropUpload } from "./drop.ts";
import { restore, settleFiles, type RestoreContext } from "./restore.ts";

export type SweepContext = {
  records: Records;
  files: Files;
  active: Active;
  keepUnfinishedMs: number;
  keepRecordsMs: number;
  ages: Ages;
  onFound: RestoreContext["onFound"];
  /** The server stops: the sweep ends after the slice that it is at. */
  signal?: AbortSignal;
};

/** Uploads that are removed before others have a turn: a few milliseconds' work. */
const FEW = 50;

/**
 * Removes what was abandoned: uploads that have received nothing for long, and bytes that belong to
 * no upload. A photo is not among what it looks at. It works in slices, and others have their turn
 * in between, however much there is.
 * @returns how many were removed
 */
export async function sweep(context: SweepContext): Promise<number> {
  const { records, ages, signal } = context;
  await ages.look();
  const now = ages.now();
  let removed = 0;
  await Array.fromAsync(inTurns(records.uploads.clampFuture(now), signal));
  await Array.fromAsync(inTurns(records.deliveries.clampClosed(now), signal));
  const before = ages.before(context.keepUnfinishedMs);
  for await (const uploads of inTurns(records.uploads.abandoned(before), signal)) {
    removed += await forget(uploads, before, context);
  }
  if (!signal?.aborted) {
    removed += await settleFiles(context, await context.files.names(), context.active, signal);
  }
  const old = ages.before(context.keepRecordsMs);
  for await (const count of inTurns(records.deliveries.dropClosed(old), signal)) removed += count;
  for await (const count of inTurns(records.tokens.dropExpired(old), signal)) removed += count;
  await dropChunks(context);
  return removed;
}

async function dropChunks({ records, signal }: SweepContext): Promise<void> {
  for (;;) {
    if (signal?.aborted || !(await records.uploads.dropFinishedChunks())) return;
    await nextTurn();
  }
}

/** Slices, with a turn of the event loop behind each, until the server stops. */
async function* inTurns<Slice>(
  slices: AsyncIterable<Slice>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Slice> {
  for await (const slice of slices) {
    yield slice;
    await nextTurn();
    if (signal?.aborted) return;
  }
}

async function forget(
  uploads: readonly Pick<Upload, "id" | "file">[],
  before: number,
  { records, files, active }: SweepContext,
): Promise<number> {
  let removed = 0;
  // Asked again with the write: one may have gone on since the list was made. That they have ended
  // is on the disk before a byte goes, and what is known of them goes last.
  const ids = uploads.map(({ id }) => id).filter((id) => !active.has(id));
  const ended = await records.uploads.giveUp(ids, before);
  for (const upload of uploads) {
    if (!ended.has(upload.id) || active.has(upload.id)) continue;
    await dropBytes(files, upload);
    await records.uploads.forget(upload.id);
    removed += 1;
    if (removed % FEW === 0) await nextTurn();
  }
  return removed;
}

export type RecoverContext = Pick<SweepContext, "records" | "files" | "active" | "onFound"> & {
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

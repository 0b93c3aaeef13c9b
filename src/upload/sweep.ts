import type { ArchiveContext } from "../archive/change-photo.ts";
import { deleteRemoved, emptyTrash } from "../archive/remove.ts";
import type { Upload } from "../records/records.ts";
import type { Sessions } from "../session/sessions.ts";
import { nextTurn } from "../slices.ts";
import type { Ages } from "./ages.ts";
import type { UploadLocks } from "./locks.ts";
import { settleFiles, type RestoreContext } from "./restore.ts";
import { finishUpdates } from "./update-token.ts";

export type SweepContext = RestoreContext &
  Pick<ArchiveContext, "pingbackTo" | "onDelivery"> & {
    locks: UploadLocks;
    keepUnfinishedMs: number;
    keepRecordsMs: number;
    /** How long photos stay in the trash (REDEEM_KEEP_DELETED). */
    keepDeletedMs: number;
    /** How long after its token's end an upload may go on (REDEEM_GRACE). */
    graceMs: number;
    /** When this process began, in milliseconds since 1970. */
    startedAt: number;
    ages: Ages;
    sessions: Pick<Sessions, "prune">;
    /** The server stops: the sweep ends after the slice that it is at. */
    signal?: AbortSignal;
  };

/** Uploads that are deleted before others have a turn: a few milliseconds' work. */
const FEW = 50;

/** How long the file of a photo stays that was removed: whoever has just looked up where it lies may open it. */
const OPENING_MS = 60_000;

/**
 * Deletes what was abandoned: uploads that have received nothing for long, and bytes that belong to
 * no upload; and photos that were in the trash for long enough. It works in slices, and others have their turn
 * in between, however much there is.
 * @returns how many abandoned uploads, and records that nobody needs, were deleted
 */
export async function sweep(context: SweepContext): Promise<number> {
  const { records, ages, signal } = context;
  await ages.look();
  const now = ages.now();
  let deleted = 0;
  await Array.fromAsync(inTurns(records.leftovers.clampFuture(now), signal));
  await Array.fromAsync(inTurns(records.deliveries.clampClosed(now), signal));
  await removeDeleted(context, now).catch((error: unknown) => {
    context.events.emit({ kind: "sweep failed", error: String(error) });
  });
  await finishUpdates({ ...context, now: ages.now });
  const before = ages.before(context.keepUnfinishedMs);
  for await (const uploads of inTurns(records.leftovers.abandoned(before), signal)) {
    deleted += await deleteAbandoned(uploads, before, context);
  }
  if (!signal?.aborted) {
    deleted += await settleFiles(
      context,
      await context.files.staging.names(),
      context.locks,
      signal,
    );
  }
  const old = ages.before(context.keepRecordsMs);
  for await (const count of inTurns(records.deliveries.pruneClosed(old), signal)) deleted += count;
  const over = Math.min(old, ages.before(context.graceMs));
  for await (const count of inTurns(records.updates.pruneExpired(over), signal)) deleted += count;
  for await (const count of inTurns(records.leftovers.pruneRemoved(old), signal)) deleted += count;
  for await (const count of inTurns(records.tokens.pruneExpired(old), signal)) deleted += count;
  for await (const count of inTurns(context.sessions.prune(), signal)) deleted += count;
  await pruneChunks(context);
  return deleted;
}

/**
 * Deletes files that no photo has any more, and removes what was in the trash for long enough. The files first: on a full disk
 * nothing can be recorded before there is room.
 */
async function removeDeleted(context: SweepContext, now: number): Promise<void> {
  const { records, ages, signal } = context;
  const archive = { ...context, now: ages.now };
  // Files that an earlier process took from their photos go at once: nobody in this process can be about to open them.
  await deleteRemoved(archive, Math.max(context.startedAt, now - OPENING_MS), signal);
  await Array.fromAsync(inTurns(records.removals.clampFuture(now), signal));
  await Array.fromAsync(inTurns(records.photos.clampTrash(now), signal));
  await emptyTrash(archive, ages.before(context.keepDeletedMs), signal);
}

async function pruneChunks({ records, signal }: SweepContext): Promise<void> {
  for (;;) {
    if (signal?.aborted || !(await records.chunks.pruneEnded())) return;
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

async function deleteAbandoned(
  uploads: readonly Pick<Upload, "id" | "file">[],
  before: number,
  { records, files, locks }: SweepContext,
): Promise<number> {
  let deleted = 0;
  // Asked again with the write: one may have gone on since the list was made. That they have ended
  // is on the disk before a byte goes, and what is known of them goes last.
  const ids = uploads.map(({ id }) => id).filter((id) => !locks.isBusy(id));
  const ended = await records.leftovers.end(ids, before);
  for (const upload of uploads) {
    if (!ended.has(upload.id) || locks.isBusy(upload.id)) continue;
    await files.staging.delete(upload.file);
    await records.leftovers.delete(upload.id);
    deleted += 1;
    if (deleted % FEW === 0) await nextTurn();
  }
  return deleted;
}

import type { Upload } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
import type { Ages } from "./ages.ts";
import type { UploadLocks } from "./locks.ts";
import { settleFiles, type RestoreContext } from "./restore.ts";

export type SweepContext = RestoreContext & {
  locks: UploadLocks;
  keepUnfinishedMs: number;
  keepRecordsMs: number;
  ages: Ages;
  /** The server stops: the sweep ends after the slice that it is at. */
  signal?: AbortSignal;
};

/** Uploads that are deleted before others have a turn: a few milliseconds' work. */
const FEW = 50;

/**
 * Deletes what was abandoned: uploads that have received nothing for long, and bytes that belong to
 * no upload. A photo is not among what it looks at. It works in slices, and others have their turn
 * in between, however much there is.
 * @returns how many were deleted
 */
export async function sweep(context: SweepContext): Promise<number> {
  const { records, ages, signal } = context;
  await ages.look();
  const now = ages.now();
  let deleted = 0;
  await Array.fromAsync(inTurns(records.leftovers.clampFuture(now), signal));
  await Array.fromAsync(inTurns(records.deliveries.clampClosed(now), signal));
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
  for await (const count of inTurns(records.tokens.pruneExpired(old), signal)) deleted += count;
  await pruneChunks(context);
  return deleted;
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

import type { Files } from "../files/files.ts";
import type { Removal } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
import { changePhoto, type ArchiveContext } from "./change-photo.ts";
import { decideExpiry, decideRemoval } from "./rules.ts";

export type RemoveContext = ArchiveContext & { files: Pick<Files, "originals" | "thumbnails"> };

/** Photos that are looked up together. */
const FEW = 20;

/**
 * Removes a photo for good: its records at once, its files as far as the disk lets them go now. The others stay on the list
 * of removals, for the next sweep.
 * @throws Problem no_such_photo
 */
export async function removePhoto(context: RemoveContext, id: number): Promise<void> {
  await changePhoto(context, id, decideRemoval());
  await deleteFiles(context, await context.records.removals.ofPhoto(id));
}

/**
 * Removes photos that are in the trash since before then. Each is a transaction of its own, since it may be restored
 * until that very moment; others have their turn in between.
 */
export async function emptyTrash(
  context: ArchiveContext,
  before: number,
  signal?: AbortSignal,
): Promise<void> {
  const { records } = context;
  for (;;) {
    const ids = await records.photos.trashedBefore(before, FEW);
    if (ids.length === 0) return;
    for (const id of ids) {
      if (signal?.aborted) return;
      await changePhoto(context, id, decideExpiry(before));
      await nextTurn();
    }
  }
}

/** Deletes the files that were taken from their photos before then. One that cannot be deleted now waits for the next sweep. */
export async function deleteRemoved(
  context: RemoveContext,
  before: number,
  signal?: AbortSignal,
): Promise<void> {
  for await (const some of context.records.removals.before(before)) {
    if (signal?.aborted) return;
    await deleteFiles(context, some);
    await nextTurn();
  }
}

/**
 * Deletes all that lies on the disk of originals that no photo has any more, then takes them from the list: a crash in
 * between leaves them on it, and deleting what is gone is no error.
 */
async function deleteFiles(
  { records, files, events }: RemoveContext,
  removals: readonly Removal[],
): Promise<void> {
  const gone = await Promise.all(
    removals.map(async (removal) => {
      try {
        // What was made of it goes before its bytes, by which it could be found again.
        await files.thumbnails.delete(removal);
        await files.originals.delete(removal);
        return [removal.id];
      } catch (error) {
        const { photoId, size } = removal;
        events.emit({ kind: "file not deleted", photo: photoId, size, error: String(error) });
        return [];
      }
    }),
  );
  const ids = gone.flat();
  if (ids.length > 0) await records.removals.done(ids);
}

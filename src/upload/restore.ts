import type { Files } from "../files/files.ts";
import type { Records, Upload } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
import type { Active } from "./active.ts";
import { placeOf, placeOfPhoto } from "./drop.ts";

export type RestoreContext = {
  records: Records;
  files: Files;
  /** What was put right, for the log. */
  onFound: (what: string, about: Record<string, string | number>) => void;
};

/** Rows and files that are looked at together. */
const SLICE = 500;

/**
 * Brings files and records in line before anything is accepted. Each file is looked up by its own
 * name: a photo's goes to its place, one that no record knows is put aside, and chunks that no file
 * has are forgotten.
 */
export async function restore(context: RestoreContext): Promise<void> {
  const { records, files, onFound } = context;
  for (const name of await files.putStraysAside(await records.uploads.lastId())) {
    onFound("put aside a file among the photos that no record knows", { file: name });
  }
  const names = new Set(await files.names());
  for (let last = 0; ;) {
    const uploads = await records.uploads.receivingAfter(last, SLICE);
    for (const upload of uploads) {
      last = upload.id;
      names.delete(upload.file);
      await restoreChunks(context, upload);
    }
    if (uploads.length < SLICE) break;
  }
  await settleFiles(context, [...names]);
}

/** A file is as long as its chunks say, or those beyond it are not there. */
async function restoreChunks(
  { records, files, onFound }: RestoreContext,
  upload: { id: number; file: string; end: number },
): Promise<void> {
  if ((files.lengthOf(upload.file) ?? -1) >= upload.end && upload.end > 0) return;
  // It may have been moved to the photos without being recorded as one.
  await files.giveBack(placeOf(upload));
  const length = files.lengthOf(upload.file) ?? 0;
  if (length >= upload.end) return;
  const chunks = await records.uploads.forgetBeyond(upload.id, length);
  onFound("forgot chunks that their file does not have", { upload: upload.id, chunks });
}

/**
 * Decides what becomes of files of uploads, each by what the records say of that very file.
 * @param signal ends it after the slice that it is at
 * @returns how many were removed
 */
export async function settleFiles(
  { records, files, onFound }: RestoreContext,
  names: readonly string[],
  active?: Active,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (let at = 0; at < names.length; at += SLICE) {
    if (at > 0) await nextTurn();
    if (signal?.aborted) break;
    const slice = names.slice(at, at + SLICE);
    const known = await records.uploads.byFiles(slice);
    for (const name of slice) {
      const upload = known.get(name);
      if (upload?.state === "receiving") continue;
      if (upload && active?.has(upload.id)) continue;
      // It has become a photo, or gone, since the names were read.
      if (files.lengthOf(name) === undefined) continue;
      if (!upload || (upload.state === "finished" && !(await belongs(upload)))) {
        const aside = await files.putAside(name);
        if (aside) onFound("put aside a file that no record knows", { file: aside });
      } else if (upload.state === "failed") {
        await files.remove(name);
        removed += 1;
      }
    }
  }
  return removed;

  /** Whether it was the photo's own: the process ended between giving it back and learning better. */
  async function belongs(upload: Pick<Upload, "id" | "file">): Promise<boolean> {
    const photo = await records.photos.byId(upload.id);
    if (!photo || !(await files.restore(placeOfPhoto(photo), photo.size))) return false;
    if (files.lengthOf(upload.file) !== undefined) return false;
    onFound("brought a photo's file to its place", { photo: photo.id });
    return true;
  }
}

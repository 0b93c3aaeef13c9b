import { join } from "node:path";
import type { Place } from "./files.ts";
import { lengthAt } from "./move.ts";
import { isFileName, originalName } from "./names.ts";

/**
 * Where the bytes of a photo lie, for a command beside the server: nothing is moved, since the folder belongs to the
 * server, which may be bringing them to their place at this moment.
 * @param folder the data folder
 * @returns undefined where they are nowhere, whole: `Place` says how many there are
 */
export function findOriginal(folder: string, place: Place): string | undefined {
  const { treeId, photoId, file, size } = place;
  if (!isFileName(file)) return undefined;
  return [
    join(folder, "photos", String(treeId), String(photoId), originalName(file)),
    join(folder, "uploads", file),
    join(folder, "lost", file),
  ].find((path) => lengthAt(path) === size);
}

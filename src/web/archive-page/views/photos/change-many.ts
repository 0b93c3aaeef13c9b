import { ApiProblem, type Api, type ApiParams } from "../../api.ts";
import type { GridPhoto } from "./photo-types.ts";

/** What is done to each of many photos: parameters of `photo/change-many` (protocol 6). */
export type ManyChanges = ApiParams;

/** What came of it. */
export type ManyOutcome = {
  /** Photos that are now as they were to be. */
  done: GridPhoto[];
  failed: { photo: GridPhoto; message: string }[];
};

/** Photos of one request. */
const SLICE = 500;

type Answer = { failed: { photo_id: number; code: string; message: string }[] };

/**
 * Changes many photos, some at a time. What cannot be changed holds up no other.
 * @param onProgress how many were tried so far
 */
export async function changeManyPhotos(
  api: Api,
  photos: readonly GridPhoto[],
  changes: ManyChanges,
  onProgress: (tried: number) => void,
): Promise<ManyOutcome> {
  const outcome: ManyOutcome = { done: [], failed: [] };
  for (let from = 0; from < photos.length; from += SLICE) {
    const slice = photos.slice(from, from + SLICE);
    try {
      const ids = slice.map(({ photo_id: id }) => id).join(",");
      const { data } = await api<Answer>("photo/change-many", { photo_id: ids, ...changes });
      const failed = new Map(data.failed.map(({ photo_id: id, message }) => [id, message]));
      for (const photo of slice) {
        const message = failed.get(photo.photo_id);
        if (message === undefined) outcome.done.push(photo);
        else outcome.failed.push({ photo, message });
      }
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      outcome.failed.push(...slice.map((photo) => ({ photo, message: error.message })));
      // Whoever does not answer, or has signed somebody out, does so for the rest, too.
      if (error.code === "no_answer" || error.code === "session_ended") {
        const rest = photos.slice(from + SLICE);
        outcome.failed.push(...rest.map((photo) => ({ photo, message: error.message })));
        return outcome;
      }
    }
    onProgress(Math.min(photos.length, from + SLICE));
  }
  return outcome;
}

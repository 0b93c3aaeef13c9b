import { ApiProblem, type Api, type ApiParams } from "../../api.ts";
import type { GridPhoto } from "./photo-types.ts";

/** A change that is made to each of many photos: parameters of `photo/change-many` (protocol 6). */
export type ManyChanges = ApiParams;

/** What came of changing many photos. */
export type ManyOutcome = {
  /** Photos that have the change now, those that had it before included. */
  done: GridPhoto[];
  failed: { photo: GridPhoto; message: string }[];
};

/** Photos in one request: the API takes 1000, smaller requests show progress. */
const SLICE = 500;

type Answer = { failed: { photo_id: number; code: string; message: string }[] };

/**
 * Changes many photos, `SLICE` in a request. A photo that cannot be changed does not keep others from it.
 * @param onProgress called with the number of photos tried so far
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
      // Without an answer, or without a session, the rest would fail as well: it is not tried.
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

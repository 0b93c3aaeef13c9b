import { ApiProblem, type Api } from "../../api.ts";
import type { ManyOutcome } from "./change-many.ts";
import type { GridPhoto } from "./photo-types.ts";

/** Requests that are made at the same time: the API removes one photo in a call. */
const AT_ONCE = 4;

/**
 * Removes photos for good, with their files (`photo/delete` with `permanently`). One that is gone already counts as
 * removed; one that cannot be removed does not keep others from it.
 * @param onProgress called with the number of photos tried so far
 */
export async function destroyPhotos(
  api: Api,
  photos: readonly GridPhoto[],
  onProgress: (tried: number) => void,
): Promise<ManyOutcome> {
  const outcome: ManyOutcome = { done: [], failed: [] };
  const waiting = photos.values();
  // Without an answer, or without a session, the rest would fail as well: it is not tried.
  let hopeless: ApiProblem | undefined;
  let tried = 0;
  const worker = async () => {
    for (const photo of waiting) {
      const problem = hopeless ?? (await destroy(api, photo));
      if (problem) outcome.failed.push({ photo, message: problem.message });
      else outcome.done.push(photo);
      if (problem?.code === "no_answer" || problem?.code === "session_ended") hopeless = problem;
      tried += 1;
      onProgress(tried);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcome;
}

/** @returns why it could not be removed, if it could not */
async function destroy(api: Api, { photo_id: id }: GridPhoto): Promise<ApiProblem | undefined> {
  try {
    await api("photo/delete", { photo_id: id, permanently: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return error.code === "no_such_photo" ? undefined : error;
  }
}

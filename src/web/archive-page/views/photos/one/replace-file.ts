import { ApiProblem } from "../../../api.ts";
import type { ArchivePageData } from "../../../page-data.ts";

/**
 * Gives a photo new bytes (`photo/replace`, protocol 6). fetch does not say how much is sent.
 * @param onProgress 0 to 1
 * @throws ApiProblem
 */
export function replaceFile(
  { base, csrf }: ArchivePageData,
  photoId: number,
  file: File,
  onProgress: (fraction: number) => void,
  stopped: AbortSignal,
): Promise<void> {
  const form = new FormData();
  form.append("photo_id", String(photoId));
  form.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", `${base}/api/2/photo/replace`);
  request.setRequestHeader("Redeem-Csrf", csrf);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    if (total > 0) onProgress(loaded / total);
  });
  return new Promise((resolve, reject) => {
    stopped.addEventListener("abort", () => {
      request.abort();
      resolve();
    });
    request.addEventListener("error", () => reject(new ApiProblem("no_answer", "")));
    request.addEventListener("load", () => {
      const problem = problemIn(request.responseText);
      if (problem) reject(problem);
      else resolve();
    });
    request.send(form);
  });
}

function problemIn(text: string): ApiProblem | undefined {
  try {
    const answer = JSON.parse(text) as { status?: string; code?: string; message?: string };
    if (answer.status === "ok") return undefined;
    return new ApiProblem(answer.code ?? "no_answer", answer.message ?? "");
  } catch {
    return new ApiProblem("no_answer", "");
  }
}

import { ApiProblem } from "./api.ts";
import { useArchive } from "./archive-context.ts";

/** What went wrong, in words. @returns writes an error */
export function useProblemText(): (error: unknown) => string {
  const { data } = useArchive();
  return (error) => {
    if (!(error instanceof ApiProblem)) return String(error);
    if (error.code === "session_ended") return data.texts.frame.signedOut;
    return error.message || data.common.noAnswer;
  };
}

import { ApiProblem } from "./api.ts";
import { useArchive } from "./archive-context.ts";

/** Returns a function that says why a call failed: in the server's words, or in the page's if the session has ended or nobody answered. */
export function useProblemText(): (error: unknown) => string {
  const { data } = useArchive();
  return (error) => {
    if (!(error instanceof ApiProblem)) return String(error);
    if (error.code === "session_ended") return data.texts.frame.signedOut;
    return error.message || data.common.noAnswer;
  };
}

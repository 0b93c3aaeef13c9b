import { useEffect, useState } from "preact/hooks";
import { useArchive } from "../../archive-context.ts";
import { useRefresh } from "../../listing/refresh.ts";

/** Time between two requests. */
const EVERY_MS = 10_000;

/** The same while the answer is not whole yet: the server is still counting. */
const SOON_MS = 1000;

/**
 * The answer of an API method without parameters, asked for again every few seconds while the page is visible.
 * @param isWhole whether an answer is complete; if not, it is asked for again sooner
 */
export function useAnswer<Answer>(
  method: string,
  isWhole: (answer: Answer) => boolean = () => true,
): { answer: Answer | undefined; problem: unknown; ask: () => Promise<void> } {
  const { api } = useArchive();
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<unknown>();
  const ask = async () => {
    try {
      setAnswer((await api<Answer>(method)).data);
      setProblem(undefined);
    } catch (error) {
      setProblem(error);
    }
  };
  useEffect(() => void ask(), []);
  const waitMs = answer !== undefined && !isWhole(answer) ? SOON_MS : EVERY_MS;
  useEffect(() => {
    const asking = setInterval(() => {
      if (document.visibilityState === "visible") void ask();
    }, waitMs);
    return () => clearInterval(asking);
  }, [waitMs]);
  useRefresh(
    () => void ask(),
    () => false,
  );
  return { answer, problem, ask };
}

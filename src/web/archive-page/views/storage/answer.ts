import { useEffect, useState } from "preact/hooks";
import { useArchive } from "../../archive-context.ts";
import { useRefresh } from "../../listing/refresh.ts";

/** How often it is asked again, in milliseconds. */
const EVERY_MS = 10_000;

/** While the server says that it is still at it. */
const SOON_MS = 1000;

/**
 * The answer of a method that has no parameters, asked for again every few seconds while the page is seen.
 * @param isWhole whether the answer is all there is to say
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

/** @jsxImportSource preact */
import { Button } from "../../kit/button.tsx";
import { Notice } from "../../kit/notice.tsx";
import { useArchive } from "../archive-context.ts";
import { useProblemText } from "../problem-text.ts";

/** Says why a request failed, with a button to ask again. Draws nothing if there is no problem. */
export function AnswerProblem({ problem, ask }: { problem: unknown; ask: () => Promise<void> }) {
  const { data } = useArchive();
  const write = useProblemText();
  if (problem === undefined) return null;
  return (
    <Notice kind="warning">
      <p>{write(problem)}</p>
      <Button onClick={() => void ask()}>{data.common.tryNow}</Button>
    </Notice>
  );
}

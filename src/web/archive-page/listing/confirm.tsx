/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { Notice } from "../../kit/notice.tsx";
import { useArchive } from "../archive-context.ts";
import { useProblemText } from "../problem-text.ts";
import { useSending } from "../sending.ts";

/** A dialog before an act that cannot be undone. It closes when the act has succeeded, and says why if it has failed. */
export function Confirm({
  heading,
  act,
  run,
  onClose,
  children,
}: {
  heading: string;
  /** What the button says. */
  act: string;
  run: () => Promise<void>;
  onClose: () => void;
  /** What the act leads to, in words. */
  children: ComponentChildren;
}) {
  const { data } = useArchive();
  const write = useProblemText();
  const { isSending, problem, send } = useSending(async () => {
    await run();
    onClose();
  });
  return (
    <Dialog heading={heading} closeLabel={data.common.close} onClose={onClose}>
      {children}
      {problem !== undefined && <Notice kind="bad">{write(problem)}</Notice>}
      <div class="dialog-actions">
        <Button onClick={onClose}>{data.common.cancel}</Button>
        <Button kind="danger" disabled={isSending} onClick={send}>
          {act}
        </Button>
      </div>
    </Dialog>
  );
}

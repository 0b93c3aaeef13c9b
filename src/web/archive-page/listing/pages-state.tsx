/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { Button } from "../../kit/button.tsx";
import { Icon, type IconName } from "../../kit/icon.tsx";
import { useArchive } from "../archive-context.ts";
import { AnswerProblem } from "./answer-problem.tsx";
import type { Pages } from "./pages.ts";

/**
 * Draws a list in each of its states: its items by `children`, a sentence if there are none, the reason if it could not be
 * loaded, or that it is loading; below it a button for more.
 */
export function PagesState<Item>({
  pages,
  icon,
  nothing,
  children,
}: {
  pages: Pages<Item>;
  /** Drawn above the sentence for an empty list; without it the sentence is a plain line. */
  icon?: IconName;
  nothing: string;
  children: (items: readonly Item[]) => ComponentChildren;
}) {
  const { data } = useArchive();
  const { items, isMore, isAsking, more } = pages;
  return (
    <div aria-busy={isAsking}>
      <AnswerProblem problem={pages.problem} ask={pages.reload} />
      {items === undefined && pages.problem === undefined && (
        <p class="hint" role="status">
          {data.texts.lists.loading}
        </p>
      )}
      {items?.length === 0 && <Nothing icon={icon} words={nothing} />}
      {items !== undefined && items.length > 0 && children(items)}
      {isMore && (
        <p class="more">
          <Button disabled={isAsking} onClick={() => void more()}>
            {data.texts.lists.more}
          </Button>
        </p>
      )}
    </div>
  );
}

function Nothing({ icon, words }: { icon: IconName | undefined; words: string }) {
  if (icon === undefined) return <p class="hint">{words}</p>;
  return (
    <div class="nothing">
      <Icon name={icon} />
      <p>{words}</p>
    </div>
  );
}

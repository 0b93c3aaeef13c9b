/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { Button } from "../../kit/button.tsx";
import { Icon, type IconName } from "../../kit/icon.tsx";
import { useArchive } from "../archive-context.ts";
import { AnswerProblem } from "./answer-problem.tsx";
import type { Pages } from "./pages.ts";

/**
 * A list as it stands: its items as `children` draws them, that there are none, that it cannot be asked for, or that it is on
 * its way; below it the button for more.
 */
export function PagesState<Item>({
  pages,
  icon,
  nothing,
  children,
}: {
  pages: Pages<Item>;
  /** With what is said where there are no items; without it that is a line. */
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

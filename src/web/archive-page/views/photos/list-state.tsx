/** @jsxImportSource preact */
import { Button } from "../../../kit/button.tsx";
import { Icon, type IconName } from "../../../kit/icon.tsx";
import { Notice } from "../../../kit/notice.tsx";
import { placeOf } from "../../place.ts";
import { EVERYTHING, isNarrowed } from "./filter.ts";
import { usePhotos } from "./photos-context.ts";
import { useProblemText } from "../../problem-text.ts";

/** What is shown in place of photos or above them: that there are none, with what to do next, or why they could not be loaded. */
export function ListState() {
  const { list, data, refresh, selection } = usePhotos();
  const trashWords = useTrashWords();
  const problemText = useProblemText();
  const { problem, shape } = list;
  return (
    <>
      {problem.value !== undefined && (
        <div class="list-problem">
          <Notice kind="warning">
            <p>{problemText(problem.value)}</p>
            <Button onClick={() => void refresh()}>{data.common.tryNow}</Button>
          </Notice>
        </div>
      )}
      {shape.value?.total === 0 && <Nothing />}
      {selection.state === "trash" && shape.value !== undefined && shape.value.total > 0 && (
        <p class="trash-words">{trashWords}</p>
      )}
    </>
  );
}

/** How long photos stay in the trash. */
function useTrashWords(): string {
  const { texts, locale, data } = usePhotos();
  const { trashDays: count } = data;
  return count === 0 ? texts.trashEmptySentence : locale.say(texts.trashDays, { count });
}

function Nothing() {
  const { selection, texts, mayChange, select } = usePhotos();
  const trashWords = useTrashWords();
  if (selection.state === "trash" && !selection.search) {
    return <Empty icon="trash" heading={texts.trashEmpty} sentence={trashWords} />;
  }
  if (isNarrowed(selection)) {
    return (
      <Empty icon="search" heading={texts.nothingFound} sentence={texts.nothingFoundSentence}>
        <Button kind="main" onClick={() => select(EVERYTHING)}>
          {texts.showAll}
        </Button>
      </Empty>
    );
  }
  return (
    <Empty icon="image" heading={texts.nothingYet} sentence={texts.nothingYetSentence}>
      {mayChange && (
        <a class="button main" href={placeOf("links", { new: "1" })}>
          <Icon name="link" />
          {texts.makeLink}
        </a>
      )}
    </Empty>
  );
}

function Empty({
  icon,
  heading,
  sentence,
  children,
}: {
  icon: IconName;
  heading: string;
  sentence: string;
  children?: preact.ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{heading}</h2>
      <p>{sentence}</p>
      {children}
    </div>
  );
}

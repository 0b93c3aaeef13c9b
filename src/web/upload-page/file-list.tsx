/** @jsxImportSource preact */
import { useMemo } from "preact/hooks";
import { computed, signal, type Signal } from "@preact/signals";
import { Button } from "../kit/button.tsx";
import { arrange, type FoldedGroup, type ListItem, UNFOLDED_AT_ONCE } from "./arrange.ts";
import { FileRow } from "./file-row.tsx";
import { useKeptFocus } from "./kept-focus.ts";
import { useUploadPage } from "./upload-context.ts";

type Unfolded = Readonly<Record<FoldedGroup, number>>;

/** All files: those that move first where there are many, and the rest folded. */
export function FileList() {
  const { list, texts } = useUploadPage();
  const [items, unfolded] = useMemo(() => {
    const often = signal<Unfolded>({ waiting: 0, refused: 0, done: 0 });
    return [computed(() => arrange(list.states.value, often.value)), often] as const;
  }, [list]);
  useKeptFocus(items);
  if (items.value.length === 0) return null;
  return (
    <ul class="files" aria-label={texts.files}>
      {items.value.map((item) =>
        item.kind === "row" ? (
          <FileRow key={item.id} id={item.id} />
        ) : (
          <Fold key={`fold ${item.group}`} item={item} unfolded={unfolded} />
        ),
      )}
    </ul>
  );
}

type FoldItem = Extract<ListItem, { kind: "fold" }>;

function Fold({
  item: { group, shown, hidden },
  unfolded,
}: {
  item: FoldItem;
  unfolded: Signal<Unfolded>;
}) {
  const { texts, locale } = useUploadPage();
  const next = Math.min(hidden, UNFOLDED_AT_ONCE);
  const words = shown === 0 ? texts.fold.allDone : texts.fold[group];
  return (
    <li class="row fold" data-row data-fold={group}>
      <span>{locale.say(words, { count: hidden })}</span>
      <Button
        icon="down"
        onClick={() => {
          unfolded.value = { ...unfolded.value, [group]: unfolded.value[group] + 1 };
        }}
      >
        {shown === 0 || next === hidden
          ? texts.fold.show
          : locale.say(texts.fold.showMore, { count: next })}
      </Button>
    </li>
  );
}

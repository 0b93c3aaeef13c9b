/** @jsxImportSource preact */
import { useEffect, useRef, useState } from "preact/hooks";
import { SEARCH_LENGTH } from "../../../../api-limits.ts";
import { Icon } from "../../../kit/icon.tsx";
import { IconButton } from "../../../kit/button.tsx";
import { ViewHead } from "../../view-head.tsx";
import { FilterMenu } from "./filter-menu.tsx";
import { FilterChips } from "./filter-chips.tsx";
import { usePhotos } from "./photos-context.ts";

/** A search starts when nothing was typed for this long. */
const WRITTEN_MS = 250;

/** What the things that are counted are called. */
const COUNTS = {
  "": "count",
  pictures: "countPictures",
  videos: "countVideos",
  audio: "countAudio",
} as const;

/** The head of the view: the number of files, the search, the filters. */
export function SelectionBar() {
  const { texts, locale, list, selection } = usePhotos();
  const total = list.shape.value?.total;
  return (
    <>
      <ViewHead heading={selection.state === "trash" ? texts.states.trash : texts.heading}>
        <p class="photo-count">
          {total !== undefined && locale.say(texts[COUNTS[selection.type]], { count: total })}
        </p>
        <Search />
        <FilterMenu />
      </ViewHead>
      <FilterChips />
    </>
  );
}

function Search() {
  const { texts, selection, select } = usePhotos();
  const [words, setWords] = useState(selection.search);
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const lead = (search: string) => {
    clearTimeout(waiting.current);
    if (search.trim() !== selection.search) select({ search: search.trim() });
  };
  useEffect(() => {
    // The words have changed without typing, such as by the back button.
    if (document.activeElement !== input.current) setWords(selection.search);
  }, [selection.search]);
  return (
    <form
      class="photo-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        lead(words);
      }}
    >
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        maxLength={SEARCH_LENGTH}
        placeholder={texts.search}
        aria-label={texts.search}
        value={words}
        onInput={({ currentTarget: { value } }) => {
          setWords(value);
          clearTimeout(waiting.current);
          waiting.current = setTimeout(() => lead(value), WRITTEN_MS);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          setWords("");
          lead("");
          input.current?.blur();
        }}
      />
      {words !== "" && (
        <IconButton
          icon="cross"
          label={texts.clearSearch}
          onClick={() => {
            setWords("");
            lead("");
            input.current?.focus();
          }}
        />
      )}
    </form>
  );
}

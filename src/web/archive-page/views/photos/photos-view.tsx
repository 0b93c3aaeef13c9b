/** @jsxImportSource preact */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { toast } from "../../../kit/toast.tsx";
import { useArchive } from "../../archive-context.ts";
import { useEvents } from "../../events.ts";
import { hasLevelOf } from "../../levels.ts";
import { goBack, goTo, place } from "../../place.ts";
import { DestroyDialog } from "./destroy-dialog.tsx";
import { createDayNames } from "./day-names.ts";
import { FailuresDialog } from "./failures-dialog.tsx";
import { readSelection, writeSelection, type PhotoSelection } from "./filter.ts";
import { PhotoGrid, type GridHandle } from "./grid.tsx";
import { ListState } from "./list-state.tsx";
import { MarkedBar } from "./marked-bar.tsx";
import { OnePhoto } from "./one/one-photo.tsx";
import { Photos, type PhotosContext } from "./photos-context.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { useShownList } from "./shown-list.ts";
import { usePageKeys } from "./page-keys.ts";
import { useProblemText } from "../../problem-text.ts";

/** Events within this time cause one request. */
const GATHERED_MS = 400;

/** The view of photos: the grid of all, or of those that a selection finds, and one photo alone above it. */
export function PhotosView() {
  const archive = useArchive();
  const { params } = place.value;
  const selection = readSelection(params);
  const address = JSON.stringify(writeSelection(selection));
  const opened = Number(params.get("photo")) || undefined;
  const problemText = useProblemText();
  const grid = useRef<GridHandle | undefined>(undefined);
  const shown = useShownList(address, selection, (error) => toast(problemText(error)));
  const dayNames = useMemo(() => createDayNames(archive.locale.tag), []);
  const context: PhotosContext | undefined = shown && {
    ...archive,
    texts: archive.data.texts.photos,
    dayNames,
    ...shown,
    mayChange: hasLevelOf(archive.data, "write"),
    refresh: () => shown.list.refresh(grid.current?.seen(), grid.current?.keep),
    select: (change) => {
      // While a search is being typed, each letter replaces the last address: "back" should not go through all of them.
      const isLetter = Boolean(change.search) && selection.search !== "";
      const next = writeSelection({ ...selection, ...change });
      goTo("photos", next, isLetter ? "replace" : "push");
    },
    open: (photoId) => openPhoto(selection, photoId, opened !== undefined),
  };
  useLiveList(context);
  useReturn(opened, context, grid);
  if (!context) return <div class="view" />;
  const { shape } = context.list;
  return (
    <Photos.Provider value={context}>
      <PageKeys isOpen={opened !== undefined} />
      <div class="view photos" inert={opened !== undefined}>
        {context.marked.photos.value.size > 0 ? <MarkedBar /> : <SelectionBar />}
        <ListState />
        {shape.value !== undefined && shape.value.total > 0 && (
          <PhotoGrid shape={shape.value} onHandle={(handle) => (grid.current = handle)} />
        )}
      </div>
      {opened !== undefined && <OnePhoto photoId={opened} />}
      <DestroyDialog />
      <FailuresDialog />
    </Photos.Provider>
  );
}

function PageKeys({ isOpen }: { isOpen: boolean }) {
  usePageKeys(isOpen);
  return null;
}

/** Shows a photo, or the grid. The back button leads from a photo to the grid, however many photos were shown in between. */
function openPhoto(selection: PhotoSelection, photoId: number | undefined, isOpen: boolean): void {
  const params = writeSelection(selection);
  if (photoId !== undefined) {
    goTo("photos", { ...params, photo: String(photoId) }, isOpen ? "replace" : "push");
  } else {
    goBack("photos", params);
  }
}

/** Loads the list again after events of the server, without moving what is on the screen. */
function useLiveList(context: PhotosContext | undefined): void {
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(context);
  latest.current = context;
  useEvents((event) => {
    if (event.kind !== "photo" && event.kind !== "changed") return;
    if (event.kind === "changed") latest.current?.list.expire();
    else if (event.what !== "made") latest.current?.list.expire(event.photo_id);
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined;
      void latest.current?.refresh();
    }, GATHERED_MS);
  });
  useEffect(() => () => clearTimeout(waiting.current), []);
}

/** Scrolls the grid to the photo that was shown alone, when that is closed. */
function useReturn(
  opened: number | undefined,
  context: PhotosContext | undefined,
  grid: { readonly current: GridHandle | undefined },
): void {
  const [last, setLast] = useState<number | undefined>(undefined);
  useEffect(() => {
    if (opened !== undefined) return setLast(opened);
    if (last === undefined) return;
    const index = context?.list.indexOf(last);
    if (index !== undefined) grid.current?.focus(index);
    setLast(undefined);
  }, [opened]);
}

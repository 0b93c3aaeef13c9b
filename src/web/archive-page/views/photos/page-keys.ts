import { useEffect, useRef } from "preact/hooks";
import { useChanges } from "./changes.ts";
import { askToDestroy } from "./destroy-dialog.tsx";
import { usePhotos } from "./photos-context.ts";

const WRITING = "input, textarea, select, [contenteditable]";

/** Keys of the whole view: "/" searches, Escape unmarks, Delete deletes (for good in the trash, after a question), Ctrl+A marks all. @param isOpen one photo is shown, which has keys of its own */
export function usePageKeys(isOpen: boolean): void {
  const context = usePhotos();
  const { remove } = useChanges();
  const latest = useRef({ context, remove, isOpen });
  latest.current = { context, remove, isOpen };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { context: now, remove: delete_, isOpen: hasKeys } = latest.current;
      const { target, key } = event;
      if (hasKeys || event.defaultPrevented) return;
      if (target instanceof Element && target.closest(`${WRITING}, dialog`)) return;
      if (key === "/" && !event.ctrlKey) {
        event.preventDefault();
        document.querySelector<HTMLInputElement>(".photo-search input")?.focus();
      } else if (key === "Escape") {
        now.marked.clear();
      } else if (key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void now.marked.markRange(0, now.list.shape.value?.total ?? 0, true);
      } else if (key === "Delete" && now.mayChange) {
        const photos = [...now.marked.photos.value.values()];
        if (now.selection.state === "trash") askToDestroy(photos);
        else delete_(photos);
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

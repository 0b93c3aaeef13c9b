import { photoBeside, type GridLayout } from "./layout.ts";
import type { PhotosContext } from "./photos-context.ts";

/**
 * Handles a key in the grid: arrows move from photo to photo, Enter opens, Space marks, and Shift with Space marks all from the
 * photo that was marked last.
 * @param at place in the list of the photo that has the focus
 * @returns the place to which the focus moves; undefined if it stays
 */
export function handleGridKey(
  event: KeyboardEvent,
  at: number,
  layout: GridLayout,
  total: number,
  { list, marked, open }: Pick<PhotosContext, "list" | "marked" | "open">,
): number | undefined {
  const { target, key } = event;
  if (!(target instanceof Element) || !target.closest(".tile-link")) return undefined;
  if (event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const next = placeBy(key, at, layout, total);
  if (next !== undefined) {
    event.preventDefault();
    if (event.shiftKey && next !== at) void marked.markTo(next);
    return next;
  }
  if (key === " ") {
    event.preventDefault();
    if (event.shiftKey) void marked.markTo(at);
    else marked.toggle(at);
  } else if (key === "Enter") {
    event.preventDefault();
    open(list.at(at)?.photo_id);
  }
  return undefined;
}

function placeBy(key: string, at: number, layout: GridLayout, total: number): number | undefined {
  const steps: Record<string, () => number> = {
    ArrowLeft: () => Math.max(0, at - 1),
    ArrowRight: () => Math.min(total - 1, at + 1),
    ArrowUp: () => photoBeside(layout, at, -1),
    ArrowDown: () => photoBeside(layout, at, 1),
    Home: () => 0,
    End: () => total - 1,
  };
  return steps[key]?.();
}

/** @jsxImportSource preact */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { DayGroup } from "./group.tsx";
import { handleGridKey } from "./grid-keys.ts";
import { boxOf, layOut, photoNear, visibleIn, type GridLayout } from "./layout.ts";
import type { Anchor, ListShape } from "./photo-list.ts";
import { usePhotos } from "./photos-context.ts";
import { Scrubber } from "./scrubber.tsx";
import { usePointerMarking } from "./pointer-marking.ts";
import { useNearPhotos } from "./near-photos.ts";
import type { ScrollPosition } from "./scroll-position.ts";
import { useScrolledGrid, useWidth } from "./window-range.ts";

/** What the view can ask of the grid. */
export type GridHandle = {
  /** The photo at the upper edge of the window, and how many are visible; no anchor if the grid is scrolled to its top. */
  seen(): { anchor: Anchor | undefined; count: number };
  /** Tells which place the anchor's photo has in the list that is drawn next: the window is scrolled so that the photo does not move. */
  keep(index: number | undefined): void;
  /** Scrolls to a photo, and gives it the focus. */
  focus(index: number): void;
};

/** The grid of thumbnails by day. Only those near the window are in the document. */
export function PhotoGrid({
  shape,
  onHandle,
}: {
  shape: ListShape;
  onHandle(of: GridHandle): void;
}) {
  const context = usePhotos();
  const { list, texts } = context;
  const grid = useRef<HTMLDivElement>(null);
  const width = useWidth(grid);
  const layout = useMemo(
    () => (width > 0 ? layOut(shape.days, width) : undefined),
    [shape.days, width],
  );
  const scrolled = useScrolledGrid(grid, layout?.height ?? 0, Math.max(60, layout?.tile ?? 60));
  const { range, position } = scrolled;
  const [focus, setFocus] = useState(0);
  const takesFocus = useRef(false);
  const visible = layout ? visibleIn(layout, range.from, range.until) : [];
  // Reading the signal has the grid drawn again when photos were loaded.
  void list.known.value;
  useNearPhotos(visible);
  useHandle(position, layout, onHandle, (index) => {
    takesFocus.current = true;
    setFocus(index);
  });
  const pointer = usePointerMarking(grid, position, layout, context, setFocus);
  useLayoutEffect(() => {
    if (!takesFocus.current || !layout) return;
    const link = grid.current?.querySelector<HTMLElement>(`[data-index="${focus}"] .tile-link`);
    if (!link) return;
    takesFocus.current = false;
    link.focus({ preventScroll: true });
  });
  return (
    <div class="grid-area">
      <div
        ref={grid}
        class="grid"
        role="grid"
        aria-label={texts.heading}
        aria-multiselectable
        aria-rowcount={layout?.rowCount ?? -1}
        style={{ height: `${scrolled.height}px`, "--tile": `${layout?.tile ?? 0}px` }}
        onKeyDown={(event) => {
          if (!layout) return;
          const next = handleGridKey(event, focus, layout, shape.total, context);
          if (next === undefined) return;
          scrollTo(position, layout, next);
          takesFocus.current = true;
          setFocus(next);
        }}
        onFocusIn={({ target }) => {
          const at = target instanceof Element && target.closest("[data-index]");
          if (at) setFocus(Number(at.getAttribute("data-index")));
        }}
        {...pointer}
      >
        {layout &&
          visible.map(({ group, firstRow, endRow }) => (
            <DayGroup
              key={group.day}
              group={group}
              firstRow={firstRow}
              endRow={endRow}
              shift={range.shift}
              tile={layout.tile}
              focus={Math.min(focus, shape.total - 1)}
              thumbnail={layout.tile * devicePixelRatio > 230 ? "standard" : "portrait"}
            />
          ))}
      </div>
      {layout && <Scrubber layout={layout} position={position} />}
    </div>
  );
}

/** Pixels that the view's head covers at the upper edge of the window. */
function headHeight(): number {
  const head = document.querySelector(".view-head");
  return head ? head.getBoundingClientRect().bottom : 0;
}

/** Scrolls as far as needed for the whole photo to be visible; with its day's heading, if it is in the first row. */
function scrollTo(position: ScrollPosition, layout: GridLayout, index: number): void {
  const box = boxOf(layout, index);
  if (!box) return;
  const seen = position.top();
  const top = (box.row === 0 ? box.group.top : box.top) - seen;
  const bottom = box.top + layout.tile - seen;
  const head = headHeight();
  const foot = innerHeight - 64;
  if (top < head) position.scrollTo(seen + top - head - 8);
  else if (bottom > foot) position.scrollTo(seen + bottom - foot);
}

function useHandle(
  position: ScrollPosition,
  layout: GridLayout | undefined,
  onHandle: (of: GridHandle) => void,
  focus: (index: number) => void,
): void {
  const { list } = usePhotos();
  const kept = useRef<{ index: number; top: number } | undefined>(undefined);
  useLayoutEffect(() => {
    if (!kept.current || !layout) return;
    const { index, top } = kept.current;
    kept.current = undefined;
    const box = boxOf(layout, index);
    if (box) position.scrollTo(box.top - top);
  }, [layout]);
  useEffect(() => {
    if (!layout) return;
    const anchorOf = () => {
      const above = headHeight() + position.top();
      const index = photoNear(layout, 0, above + 1);
      const photo = list.at(index);
      return above > 8 && photo ? { index, photo } : undefined;
    };
    onHandle({
      seen: () => {
        const columns = layout.groups[0]?.columns ?? 1;
        const rows = Math.ceil(innerHeight / layout.tile) + 1;
        return { anchor: anchorOf(), count: columns * rows };
      },
      keep: (index) => {
        const anchor = anchorOf();
        const box = anchor && boxOf(layout, anchor.index);
        if (index === undefined || !box) return;
        kept.current = { index, top: box.top - position.top() };
      },
      focus: (index) => {
        scrollTo(position, layout, index);
        focus(index);
      },
    });
  }, [layout, list, position]);
}

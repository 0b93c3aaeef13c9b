import { useEffect, useRef } from "preact/hooks";
import { photoNear, type GridLayout } from "./layout.ts";
import type { Drag } from "./marked.ts";
import type { PhotosContext } from "./photos-context.ts";
import type { ScrollPosition } from "./scroll-position.ts";

/** A mouse that moves less between press and release has clicked. */
const STILL_PIXELS = 8;
/** A finger that rests on a photo for this long begins to mark. */
const LONG_PRESS_MS = 420;
/** While marking by dragging, the page scrolls if the pointer is this near to the window's upper or lower edge. */
const EDGE_PIXELS = 70;

type Press = {
  index: number;
  x: number;
  y: number;
  drag: Drag | undefined;
  resting: ReturnType<typeof setTimeout> | undefined;
};

/**
 * What mouse and fingers do in the grid. A click or tap opens a photo, or marks it if others are marked; with Shift it marks all
 * up to it. Dragging a mouse, or a finger after it has rested, marks all photos on the way.
 * @returns the grid's event listeners
 */
export function usePointerMarking(
  grid: { readonly current: HTMLDivElement | null },
  position: ScrollPosition,
  layout: GridLayout | undefined,
  { marked, list, open }: Pick<PhotosContext, "marked" | "list" | "open">,
  setFocus: (index: number) => void,
) {
  const press = useRef<Press | undefined>(undefined);
  const wasDragged = useRef(false);
  const pointer = useRef({ x: 0, y: 0 });

  const begin = (now: Press) => {
    now.drag = marked.beginDrag(now.index);
    wasDragged.current = true;
    const scroll = () => {
      if (press.current !== now) return;
      const { y } = pointer.current;
      const beyond = Math.max(0, y - (innerHeight - EDGE_PIXELS)) - Math.max(0, EDGE_PIXELS - y);
      if (beyond !== 0) {
        scrollBy(0, beyond / 4);
        move();
      }
      requestAnimationFrame(scroll);
    };
    requestAnimationFrame(scroll);
  };

  const move = () => {
    const now = press.current;
    const box = grid.current?.getBoundingClientRect();
    if (!now?.drag || !layout || !box) return;
    now.drag.to(
      photoNear(layout, pointer.current.x - box.left, pointer.current.y + position.top()),
    );
  };

  const end = () => {
    clearTimeout(press.current?.resting);
    void press.current?.drag?.end();
    press.current = undefined;
  };

  useEffect(() => {
    const { current } = grid;
    // Without this the browser would scroll the page instead, and end the dragging.
    const hold = (event: TouchEvent) => {
      if (press.current?.drag) event.preventDefault();
    };
    current?.addEventListener("touchmove", hold, { passive: false });
    return () => current?.removeEventListener("touchmove", hold);
  }, []);

  return {
    onPointerDown: (event: PointerEvent) => {
      wasDragged.current = false;
      const index = indexAt(event);
      if (index === undefined || event.button !== 0 || !event.isPrimary) return;
      const now: Press = {
        index,
        x: event.clientX,
        y: event.clientY,
        drag: undefined,
        resting: undefined,
      };
      pointer.current = { x: event.clientX, y: event.clientY };
      press.current = now;
      if (event.pointerType !== "mouse") now.resting = setTimeout(() => begin(now), LONG_PRESS_MS);
    },
    onPointerMove: (event: PointerEvent) => {
      const now = press.current;
      if (!now) return;
      pointer.current = { x: event.clientX, y: event.clientY };
      const moved = Math.hypot(event.clientX - now.x, event.clientY - now.y) > STILL_PIXELS;
      if (!now.drag && moved) {
        if (event.pointerType !== "mouse") return end();
        grid.current?.setPointerCapture(event.pointerId);
        begin(now);
      }
      move();
    },
    onPointerUp: end,
    onPointerCancel: end,
    onContextMenu: (event: Event) => {
      // A finger that rests on a link would open the browser's own menu.
      if (press.current?.resting !== undefined) event.preventDefault();
    },
    onClick: (event: MouseEvent) => {
      const index = indexAt(event);
      if (index === undefined) return;
      const isMark = event.target instanceof Element && event.target.closest(".tile-mark") !== null;
      if (!isMark && (event.ctrlKey || event.metaKey) && marked.photos.value.size === 0) return;
      event.preventDefault();
      if (wasDragged.current) return;
      setFocus(index);
      if (event.shiftKey) void marked.markTo(index);
      else if (isMark || event.ctrlKey || event.metaKey || marked.photos.value.size > 0)
        marked.toggle(index);
      else open(list.at(index)?.photo_id);
    },
  };
}

function indexAt({ target }: Event): number | undefined {
  const tile = target instanceof Element ? target.closest("[data-index]") : null;
  return tile === null ? undefined : Number(tile.getAttribute("data-index"));
}

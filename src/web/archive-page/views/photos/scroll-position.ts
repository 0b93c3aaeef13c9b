import type { ScrollMap } from "./scroll-map.ts";

/**
 * Where a scaled grid is scrolled to: one whose layout is higher than the element that the browser scrolls. While a wheel or a finger scrolls,
 * the layout moves with the element, pixel by pixel: tiles are drawn `shift` pixels above their place in the layout, and `shift` stays the same.
 * A leap (the scroll bar, the End key) goes where the map says. When scrolling has ended, the element is moved to the place that the map has for
 * the tiles in the window, and `shift` is changed by as much, so that the tiles stay where they are on the screen.
 */
export type ScrollPosition = {
  /** By how many pixels tiles are drawn above their place in the layout. 0 where nothing is scaled. */
  shift(): number;
  /** Height of the layout at the upper edge of the window; negative if the grid begins below it. */
  top(): number;
  /** Has this height of the layout at the upper edge of the window; as near to it as the page can be scrolled. */
  scrollTo(y: number): void;
  /** Takes note of what the browser has scrolled. */
  scrolled(): void;
  /** Puts the element where the map has what is seen. To be called when scrolling has ended. */
  settle(): void;
  /** Another layout, or another width. */
  use(map: ScrollMap): void;
};

/** What is scrolled, as far as a position needs it. */
export type Scroller = {
  /** Pixels of the element that are above the window's upper edge; negative if it begins below. */
  above(): number;
  scrollBy(y: number): void;
};

/** What moves more at once has leapt: more than any wheel, and less than a pixel of a scroll bar. */
const LEAP = 5000;
/** Between the ends, the element may be so far from where the map has it: nobody sees that on a scroll bar. */
const ASTRAY = 10_000;

export function createScrollPosition(scroller: Scroller, first: ScrollMap): ScrollPosition {
  let map = first;
  let shift = 0;
  let above = scroller.above();

  const follow = () => {
    above = scroller.above();
    shift = Math.round(map.toLayout(above) - above);
  };
  const put = (y: number) => {
    const wanted = Math.round(map.toElement(y));
    scroller.scrollBy(wanted - scroller.above());
    above = scroller.above();
    if (!map.isScaled) return;
    // At the page's ends it cannot be scrolled as far.
    if (Math.abs(above - wanted) > 1) follow();
    else shift = Math.round(y - above);
  };
  return {
    shift: () => shift,
    top: () => scroller.above() + shift,
    scrollTo: put,
    scrolled: () => {
      const now = scroller.above();
      if (map.isScaled && Math.abs(now - above) > LEAP) follow();
      else above = now;
    },
    settle: () => {
      if (!map.isScaled) return;
      const now = scroller.above();
      const astray = Math.abs(map.toElement(now + shift) - now);
      if (astray > (map.isNearEnd(now) ? 1 : ASTRAY)) put(now + shift);
    },
    use: (next) => {
      if (next === map) return;
      map = next;
      follow();
    },
  };
}

import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { mapScrolling } from "./scroll-map.ts";
import { createScrollPosition, type ScrollPosition } from "./scroll-position.ts";

/** What of the layout is to be drawn: the part that is in the window, and somewhat beyond (`BEYOND`), in CSS pixels from its top. */
export type SeenRange = { from: number; until: number; shift: number };

type ElementRef = { readonly current: HTMLElement | null };

/** How much is drawn beyond both edges, in heights of the window, so that a turn of the wheel shows no empty space. */
const BEYOND = 0.6;
/** Scrolling has ended when nothing has moved for this time, in milliseconds. */
const ENDED_MS = 200;

export type ScrolledGrid = {
  position: ScrollPosition;
  range: SeenRange;
  /** Of the element. */
  height: number;
};

/**
 * Where the grid is scrolled to, and what of it is to be drawn.
 * @param height of the layout
 * @param step pixels: the range changes in steps of this size, not with every pixel
 */
export function useScrolledGrid(element: ElementRef, height: number, step: number): ScrolledGrid {
  const map = useMemo(() => mapScrolling(height), [height]);
  const position = useMemo(() => {
    const above = () => -(element.current?.getBoundingClientRect().top ?? 0);
    return createScrollPosition({ above, scrollBy: (y) => window.scrollBy(0, y) }, map);
  }, []);
  const [range, setRange] = useState<SeenRange>({ from: 0, until: innerHeight, shift: 0 });
  const look = () => {
    const top = position.top();
    const from = Math.floor((top - innerHeight * BEYOND) / step) * step;
    const until = Math.ceil((top + innerHeight * (1 + BEYOND)) / step) * step;
    const shift = position.shift();
    setRange((last) =>
      last.from === from && last.until === until && last.shift === shift
        ? last
        : { from, until, shift },
    );
  };
  useLayoutEffect(() => {
    position.use(map);
    look();
  }, [map]);
  useEffect(() => {
    look();
    return whileScrolling(
      () => {
        position.scrolled();
        look();
      },
      () => {
        position.settle();
        look();
      },
    );
  }, [step]);
  const led = useMemo(() => {
    const scrollTo = (y: number) => {
      position.scrollTo(y);
      look();
    };
    return { ...position, scrollTo };
  }, [step]);
  return { position: led, range, height: map.height };
}

/** @param moved with each step. @param ended when nothing has moved for a while and no finger is down. @returns ends the listening */
function whileScrolling(moved: () => void, ended: () => void): () => void {
  const listening = new AbortController();
  const options = { passive: true, signal: listening.signal };
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let fingers = 0;
  const wait = () => {
    clearTimeout(waiting);
    if (fingers === 0) waiting = setTimeout(ended, ENDED_MS);
  };
  const touched = ({ touches }: TouchEvent) => {
    fingers = touches.length;
    wait();
  };
  const scrolled = () => {
    moved();
    wait();
  };
  addEventListener("scroll", scrolled, options);
  addEventListener("resize", moved, options);
  for (const kind of ["touchstart", "touchend", "touchcancel"] as const) {
    addEventListener(kind, touched, options);
  }
  return () => {
    listening.abort();
    clearTimeout(waiting);
  };
}

/** The width of an element, in whole CSS pixels; 0 before it is there. */
export function useWidth(element: ElementRef): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      setWidth(Math.floor(entry?.contentRect.width ?? 0));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

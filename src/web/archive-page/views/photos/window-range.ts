import { useEffect, useState } from "preact/hooks";

/** The part of an element that is in the window, and somewhat beyond (`BEYOND`), in CSS pixels from its top. */
export type SeenRange = { from: number; until: number };

type ElementRef = { readonly current: HTMLElement | null };

/** How much is drawn beyond both edges, in heights of the window, so that a turn of the wheel shows no empty space. */
const BEYOND = 0.6;

/** The range of an element that is to be drawn. @param step pixels: the range changes in steps of this size, not with every pixel */
export function useSeenRange(element: ElementRef, step: number): SeenRange {
  const [range, setRange] = useState<SeenRange>({ from: 0, until: innerHeight });
  useEffect(() => {
    const look = () => {
      const top = element.current?.getBoundingClientRect().top ?? 0;
      const height = innerHeight;
      const from = Math.floor((-top - height * BEYOND) / step) * step;
      const until = Math.ceil((-top + height * (1 + BEYOND)) / step) * step;
      setRange((last) => (last.from === from && last.until === until ? last : { from, until }));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [step]);
  return range;
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

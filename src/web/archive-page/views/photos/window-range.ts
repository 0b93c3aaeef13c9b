import { useEffect, useState } from "preact/hooks";

/** Which part of an element is in the window, in CSS pixels from its top. It changes in steps, not with every pixel. */
export type SeenRange = { from: number; until: number };

type ElementRef = { readonly current: HTMLElement | null };

/** What is drawn beyond both edges, in windows: a flick of the wheel shows nothing empty. */
const BEYOND = 0.6;

/** @param step pixels: the range stays the same while the window is scrolled by less */
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

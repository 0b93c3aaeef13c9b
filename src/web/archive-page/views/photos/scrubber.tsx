/** @jsxImportSource preact */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { GridLayout } from "./layout.ts";
import type { ScrollPosition } from "./scroll-position.ts";
import { usePhotos } from "./photos-context.ts";
import { marksOf, monthAt } from "./scrubber-marks.ts";

/** The scrubber is shown if the grid is at least this many windows high. */
const LEAST_WINDOWS = 3;

/** A track along the window's edge with the months of the list: pressing or dragging on it scrolls the grid to that month. */
export function Scrubber({ layout, position }: { layout: GridLayout; position: ScrollPosition }) {
  const { texts, dayNames } = usePhotos();
  const track = useRef<HTMLDivElement>(null);
  const marks = useMemo(() => marksOf(layout), [layout]);
  const [at, setAt] = useState(0);
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    const look = () => setAt(fractionOf(position, layout));
    look();
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, [layout, position]);
  if (layout.height < innerHeight * LEAST_WINDOWS || marks.length === 0) return null;
  // A page is scrolled by whole pixels: a month that was led to may begin one below.
  const little = 2 / rangeOf(layout);
  const month = monthAt(marks, at + little);
  const lead = (fraction: number) => scrollToFraction(position, layout, fraction);
  const leadTo = ({ clientY }: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    if (box) lead((clientY - box.top) / box.height);
  };
  return (
    <div
      ref={track}
      class={isHeld ? "scrubber held" : "scrubber"}
      role="slider"
      tabIndex={0}
      aria-label={texts.time}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(at * 100)}
      aria-valuetext={month ? dayNames.month(month.day) : ""}
      onPointerDown={(event) => {
        event.preventDefault();
        track.current?.setPointerCapture(event.pointerId);
        setHeld(true);
        leadTo(event);
      }}
      onPointerMove={(event) => isHeld && leadTo(event)}
      onPointerUp={() => setHeld(false)}
      onPointerCancel={() => setHeld(false)}
      onKeyDown={(event) => {
        const next = keyLeadsTo(event.key, marks, at, little);
        if (next === undefined) return;
        event.preventDefault();
        lead(next);
      }}
    >
      {marks
        .filter(({ isLabelled }) => isLabelled)
        .map(({ day, fraction }) => (
          <span key={day} class="scrubber-year" style={{ top: `${fraction * 100}%` }}>
            {day.slice(0, 4)}
          </span>
        ))}
      <span class="scrubber-handle" style={{ top: `${at * 100}%` }}>
        <span class="scrubber-month">{month && dayNames.month(month.day)}</span>
      </span>
    </div>
  );
}

/** How far the grid can be scrolled, in pixels of the layout. */
function rangeOf({ height }: GridLayout): number {
  return Math.max(1, height - innerHeight);
}

function fractionOf(position: ScrollPosition, layout: GridLayout): number {
  return Math.max(0, Math.min(1, position.top() / rangeOf(layout)));
}

function scrollToFraction(position: ScrollPosition, layout: GridLayout, fraction: number): void {
  const within = Math.max(0, Math.min(1, fraction));
  // The page begins somewhat above the grid.
  position.scrollTo(within === 0 ? -innerHeight : within * rangeOf(layout));
}

function keyLeadsTo(
  key: string,
  marks: ReturnType<typeof marksOf>,
  at: number,
  little: number,
): number | undefined {
  if (key === "Home") return 0;
  if (key === "End") return 1;
  if (key === "ArrowDown" || key === "ArrowRight") {
    return marks.find(({ fraction }) => fraction > at + little)?.fraction;
  }
  if (key === "ArrowUp" || key === "ArrowLeft") {
    return marks.findLast(({ fraction }) => fraction < at - little)?.fraction ?? 0;
  }
  return undefined;
}

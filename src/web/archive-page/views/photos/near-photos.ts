import { useEffect, useRef } from "preact/hooks";
import type { visibleIn } from "./layout.ts";
import { usePhotos } from "./photos-context.ts";

/** Pixels per millisecond, about ten windows a second: photos that are scrolled past faster are not loaded, only those where it ends. */
const FLUNG = 8;
/** Scrolling has ended when the window has stood still for this time. */
const SETTLED_MS = 90;

/** Photos whose thumbnails are being made are loaded again after this time, and then less and less often. */
const FIRST_LOOK_MS = 2000;
const LONGEST_LOOK_MS = 20_000;

/** Loads the photos that are near the window, and loads those again whose thumbnails are being made. */
export function useNearPhotos(visible: ReturnType<typeof visibleIn>): void {
  const { list } = usePhotos();
  const last = useRef({ at: 0, y: 0 });
  const [first, lowest] = [visible[0], visible.at(-1)];
  const from = first ? first.group.from + first.firstRow * first.group.columns : 0;
  const end = lowest
    ? Math.min(
        lowest.group.from + lowest.group.count,
        lowest.group.from + lowest.endRow * lowest.group.columns,
      )
    : 0;
  useEffect(() => {
    if (end <= from) return;
    const now = { at: performance.now(), y: scrollY };
    const passed = now.at - last.current.at;
    const isFlung = Math.abs(now.y - last.current.y) > FLUNG * passed && passed < SETTLED_MS * 2;
    last.current = now;
    if (!isFlung) return list.show(from, end);
    const asking = setTimeout(() => list.show(from, end), SETTLED_MS);
    return () => clearTimeout(asking);
  }, [list, list.shape.value, from, end]);
  useEffect(() => {
    let wait = FIRST_LOOK_MS;
    let looking: ReturnType<typeof setTimeout>;
    const look = () => {
      for (let index = from; index < end; index += 1) {
        const photo = list.at(index);
        if (photo?.thumbnails_state !== "pending") continue;
        if (document.visibilityState === "visible") list.expire(photo.photo_id);
        break;
      }
      wait = Math.min(LONGEST_LOOK_MS, wait * 1.5);
      looking = setTimeout(look, wait);
    };
    looking = setTimeout(look, wait);
    return () => clearTimeout(looking);
  }, [list, from, end]);
}

import { useEffect, useRef } from "preact/hooks";
import type { visibleIn } from "./layout.ts";
import { usePhotos } from "./photos-context.ts";

/** What is gone past sooner than this is not asked for. */
const SETTLED_MS = 90;

/** Thumbnails that are being made are looked for again after this, and then less and less often. */
const FIRST_LOOK_MS = 2000;
const LONGEST_LOOK_MS = 20_000;

/** Asks for photos that are near the window, and again for those whose thumbnails are being made. */
export function useNearPhotos(visible: ReturnType<typeof visibleIn>): void {
  const { list } = usePhotos();
  const changedAt = useRef(0);
  const [first, last] = [visible[0], visible.at(-1)];
  const from = first ? first.group.from + first.firstRow * first.group.columns : 0;
  const end = last
    ? Math.min(
        last.group.from + last.group.count,
        last.group.from + last.endRow * last.group.columns,
      )
    : 0;
  useEffect(() => {
    if (end <= from) return;
    const now = performance.now();
    const isMoving = now - changedAt.current < SETTLED_MS * 2;
    changedAt.current = now;
    const asking = setTimeout(() => list.show(from, end), isMoving ? SETTLED_MS : 0);
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

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useArchive } from "../../archive-context.ts";
import type { PhotoSelection } from "./filter.ts";
import { createMarked, type Marked } from "./marked.ts";
import { createPhotoList, type PhotoList } from "./photo-list.ts";

/** The list that is shown, the selection that it is of, and the photos in it that are marked. */
export type ShownList = { selection: PhotoSelection; list: PhotoList; marked: Marked };

/** The list that was shown last, with how far it was scrolled (pixels), to show it as it was after another view. */
let left: { address: string; shown: ShownList; scrolled: number } | undefined;

/**
 * The list of a selection. When the selection changes, the old list is shown until the new one's days are loaded.
 * @param address of the selection: another address is another list
 * @param onFailed called if photos to mark could not be loaded
 */
export function useShownList(
  address: string,
  selection: PhotoSelection,
  onFailed: (error: unknown) => void,
): ShownList | undefined {
  const { api } = useArchive();
  const [present, setPresent] = useState(left?.address === address ? left : undefined);
  const scrolled = useRef(0);
  useEffect(() => {
    const look = () => (scrolled.current = scrollY);
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, []);
  useLayoutEffect(() => {
    if (present) requestAnimationFrame(() => scrollTo(0, present.scrolled));
  }, []);
  useEffect(() => {
    if (present?.address === address) {
      void present.shown.list.refresh();
      return;
    }
    let isWanted = true;
    const list = createPhotoList(api, selection);
    const shown = { selection, list, marked: createMarked(list, onFailed) };
    void list.refresh().then(() => {
      if (!isWanted) return list.close();
      left?.shown.list.close();
      left = { address, shown, scrolled: 0 };
      if (present) scrollTo(0, 0);
      setPresent(left);
    });
    return () => {
      isWanted = false;
    };
  }, [address]);
  useEffect(() => () => void (left && (left.scrolled = scrolled.current)), []);
  return present?.shown;
}

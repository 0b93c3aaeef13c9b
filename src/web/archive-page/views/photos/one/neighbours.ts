import { useEffect, useState } from "preact/hooks";
import { photoAddress, timeOfAnsi, type GridPhoto, type WholePhoto } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";

export type Neighbours = {
  /** The photo's place in the list, from 0; undefined if it is not known (yet). */
  index: number | undefined;
  previous: GridPhoto | undefined;
  next: GridPhoto | undefined;
};

/** The photos before and behind a photo in the list. They are loaded ahead, with their pictures, so that going on shows them at once. */
export function useNeighbours(photoId: number, photo: WholePhoto | undefined): Neighbours {
  const { list, data, selection } = usePhotos();
  const [, setFound] = useState(0);
  void list.known.value;
  const index = list.indexOf(photoId);
  const total = list.shape.value?.total ?? 0;
  useEffect(() => {
    const asking = index === undefined ? findDay() : findNeighbours(index);
    // If they cannot be loaded, the photo is shown without neighbours.
    asking.then(
      () => setFound((count) => count + 1),
      () => undefined,
    );
  }, [photoId, index, photo?.photo_id]);

  /** Loads the photo's day, to find its place, if the page was opened at the photo's address and the list is not loaded yet. */
  async function findDay(): Promise<void> {
    const { days = [] } = list.shape.value ?? {};
    const day = photo && dayOf(photo, selection.order.startsWith("taken"));
    const found = days.find((one) => one.day === day);
    if (found) await list.photosIn(found.from, found.from + found.count);
  }

  async function findNeighbours(at: number): Promise<void> {
    const near = await list.photosIn(Math.max(0, at - 1), Math.min(total, at + 2));
    for (const one of near) {
      if (one.thumbnails_state !== "ready" || one.photo_id === photoId) continue;
      new Image().src = photoAddress(one, data.base, "large");
    }
  }

  return {
    index,
    previous: index === undefined ? undefined : list.at(index - 1),
    next: index === undefined ? undefined : list.at(index + 1),
  };
}

/** The day under which the list has the photo, by this browser's time zone: `YYYY-MM-DD`. */
function dayOf(photo: WholePhoto, isTaken: boolean): string {
  const date = isTaken ? photo.original_date_ansi : photo.creation_date_ansi;
  const offset = new Date().getTimezoneOffset() * 60_000;
  return new Date(timeOfAnsi(date) - offset).toISOString().slice(0, 10);
}

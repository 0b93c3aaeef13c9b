import { signal, type ReadonlySignal } from "@preact/signals";
import type { PhotoList } from "./photo-list.ts";
import type { GridPhoto } from "./photo-types.ts";

/** The photos that are marked, to do something with all of them at once. */
export type Marked = {
  /** By id. Each change makes a new map. */
  photos: ReadonlySignal<ReadonlyMap<number, GridPhoto>>;
  /** All of the list were marked at once, and none has been unmarked since. */
  isWhole: ReadonlySignal<boolean>;
  /** While photos to mark are being loaded: how many are there so far. Otherwise undefined. */
  asking: ReadonlySignal<number | undefined>;
  toggle(index: number): void;
  /** Marks all from the photo that was pressed last to this one, loading those that are not known. */
  markTo(index: number): Promise<void>;
  /** Marks or unmarks the photos from place `first` to before `end`, loading those that are not known. */
  markRange(first: number, end: number, on: boolean): Promise<void>;
  /** Begins marking by dragging from this photo on; unmarking, if it is marked. What was marked before stays. */
  beginDrag(index: number): Drag;
  /** These are not marked any more; all others stay as they are. */
  unmark(photos: readonly GridPhoto[]): void;
  clear(): void;
};

/** A pointer that is dragged over photos. `to`: the photo it is at now. `end`: loads and marks those that are not known yet. */
export type Drag = { to(index: number): void; end(): Promise<void> };

/** @param onFailed called if photos to mark could not be loaded */
export function createMarked(list: PhotoList, onFailed: (error: unknown) => void): Marked {
  const photos = signal<ReadonlyMap<number, GridPhoto>>(new Map());
  const asking = signal<number | undefined>(undefined);
  const isWhole = signal(false);
  let pressed = 0;

  const change = (
    from: ReadonlyMap<number, GridPhoto>,
    these: readonly GridPhoto[],
    on: boolean,
  ): void => {
    const next = new Map(from);
    for (const photo of these) {
      if (on) next.set(photo.photo_id, photo);
      else next.delete(photo.photo_id);
    }
    photos.value = next;
    isWhole.value &&= on;
  };

  const markRange = async (first: number, end: number, on: boolean) => {
    asking.value = 0;
    try {
      const found = await list.photosIn(first, end, (count) => (asking.value = count));
      change(photos.value, found, on);
      isWhole.value ||= on && first === 0 && end === list.shape.value?.total;
    } catch (error) {
      onFailed(error);
    } finally {
      asking.value = undefined;
    }
  };

  const knownIn = (first: number, end: number): GridPhoto[] => {
    const found: GridPhoto[] = [];
    for (let index = first; index < end; index += 1) {
      const photo = list.at(index);
      if (photo) found.push(photo);
    }
    return found;
  };

  return {
    photos,
    asking,
    isWhole,
    toggle: (index) => {
      const photo = list.at(index);
      if (!photo) return;
      pressed = index;
      change(photos.value, [photo], !photos.value.has(photo.photo_id));
    },
    markTo: (index) => {
      const [first, last] = [Math.min(pressed, index), Math.max(pressed, index)];
      pressed = index;
      return markRange(first, last + 1, true);
    },
    markRange,
    beginDrag: (start) => {
      const before = photos.value;
      const begun = list.at(start);
      const on = begun === undefined || !before.has(begun.photo_id);
      let [first, end] = [start, start + 1];
      pressed = start;
      const to = (index: number) => {
        [first, end] = [Math.min(start, index), Math.max(start, index) + 1];
        change(before, knownIn(first, end), on);
      };
      to(start);
      return {
        to,
        end: async () => {
          if (knownIn(first, end).length < end - first) await markRange(first, end, on);
        },
      };
    },
    unmark: (these) => change(photos.value, these, false),
    clear: () => {
      photos.value = new Map();
      isWhole.value = false;
    },
  };
}

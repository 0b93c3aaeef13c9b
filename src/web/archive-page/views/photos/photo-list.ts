import { signal, type ReadonlySignal } from "@preact/signals";
import type { Api } from "../../api.ts";
import { findParams, orderParams, type PhotoSelection } from "./filter.ts";
import { createPageStore } from "./page-store.ts";
import { daysOf, entryAt, pagesOf, type PhotoDay, type ListPage, type Segment } from "./pages.ts";
import type { GridPhoto } from "./photo-types.ts";

/** The days of the list, with the number of photos of each and of all (`total`). */
export type ListShape = { days: readonly PhotoDay[]; total: number };

/** A photo that stays where it is on the screen when others come or go. */
export type Anchor = { index: number; photo: GridPhoto };

export type PhotoList = {
  /** Undefined until it is loaded. */
  shape: ReadonlySignal<ListShape | undefined>;
  /** Rises whenever photos were loaded: components that draw photos read it, to be drawn again. */
  known: ReadonlySignal<number>;
  /** Why the last request failed; undefined if it did not. */
  problem: ReadonlySignal<unknown>;
  at(index: number): GridPhoto | undefined;
  /** Place of a photo in the list, if its page is loaded. */
  indexOf(photoId: number): number | undefined;
  /** Tells that the photos from place `first` to before `end` are visible: those that are not known are loaded. */
  show(first: number, end: number): void;
  /** The photos from place `first` to before `end`; those that are not known are loaded now. @throws ApiProblem */
  photosIn(first: number, end: number, onProgress?: (found: number) => void): Promise<GridPhoto[]>;
  /**
   * Loads the list again.
   * @param seen what is on the screen: those photos are loaded before the new list replaces the old one
   * @param beforeShown called with the anchor's place in the new list, before that is shown
   */
  refresh(
    seen?: { anchor: Anchor | undefined; count: number },
    beforeShown?: (index: number | undefined) => void,
  ): Promise<void>;
  /** Has a photo, or all of them, loaded again when they are shown next. */
  expire(photoId?: number): void;
  close(): void;
};

/** The list of photos that a selection finds. Only those that are shown are loaded. */
export function createPhotoList(api: Api, selection: PhotoSelection): PhotoList {
  const params = { ...findParams(selection), ...orderParams(selection) };
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const shape = signal<ListShape | undefined>(undefined);
  const known = signal(0);
  const problem = signal<unknown>(undefined);
  let pages: readonly ListPage[] = [];
  let asking: AbortController | undefined;

  const store = createPageStore(
    api,
    params,
    () => {
      problem.value = undefined;
      known.value += 1;
    },
    (error) => (problem.value = error),
  );

  const askSegments = async (aborted: AbortSignal) => {
    const { data } = await api<{ segments: Segment[]; total_count: number }>(
      "photo/segments",
      // A server that does not know the zone's name goes by the clocks of today.
      { ...params, time_zone: timeZone, utc_offset: -new Date().getTimezoneOffset() },
      aborted,
    );
    return data;
  };

  /** The anchor's place in the new list, for which the page is loaded that should have it; undefined if it is not there. */
  const findAnchor = async (
    next: readonly ListPage[],
    days: readonly PhotoDay[],
    { index, photo }: Anchor,
  ): Promise<number | undefined> => {
    for (const guess of placesOf(index, shape.value?.days ?? [], days)) {
      for (const page of pagesOfRange(next, guess, guess + 1)) {
        const photos = await store.load(page);
        const within = photos.findIndex(({ photo_id: id }) => id === photo.photo_id);
        if (within >= 0) return page.from + within;
      }
    }
    return undefined;
  };

  return {
    shape,
    known,
    problem,
    at: (index) => {
      const page = pages[entryAt(pages, index)];
      return page && store.photosOf(page)?.[index - page.from];
    },
    indexOf: (photoId) => {
      for (const page of pages) {
        const within = store.photosOf(page)?.findIndex(({ photo_id: id }) => id === photoId) ?? -1;
        if (within >= 0) return page.from + within;
      }
      return undefined;
    },
    show: (first, end) => store.want(pagesOfRange(pages, first, end)),
    photosIn: async (first, end, onProgress) => {
      const found: GridPhoto[] = [];
      for (const page of pagesOfRange(pages, first, end)) {
        const photos = await store.load(page);
        const from = Math.max(0, first - page.from);
        found.push(...photos.slice(from, Math.max(from, end - page.from)));
        onProgress?.(found.length);
      }
      return found;
    },
    refresh: async (seen, beforeShown) => {
      asking?.abort();
      const request = new AbortController();
      asking = request;
      try {
        const data = await askSegments(request.signal);
        const next = pagesOf(data.segments);
        const days = daysOf(data.segments);
        store.forgetOthers(next);
        const anchored = seen?.anchor && (await findAnchor(next, days, seen.anchor));
        if (seen) {
          const first = Math.max(0, anchored ?? 0);
          await Promise.all(pagesOfRange(next, first, first + seen.count).map(store.load));
        }
        if (request.signal.aborted) return;
        beforeShown?.(anchored);
        pages = next;
        problem.value = undefined;
        shape.value = { days, total: data.total_count };
        known.value += 1;
      } catch (error) {
        if (!request.signal.aborted) problem.value = error;
      }
    },
    expire: store.expire,
    close: () => {
      asking?.abort();
      store.close();
    },
  };
}

function pagesOfRange(of: readonly ListPage[], first: number, end: number): ListPage[] {
  return of.slice(Math.max(0, entryAt(of, first)), entryAt(of, Math.max(first, end - 1)) + 1);
}

/** Places at which a photo may be after others have come or gone: in its day, as far from the day's end as before, or from its beginning. */
function placesOf(
  index: number,
  before: readonly PhotoDay[],
  after: readonly PhotoDay[],
): number[] {
  const old = before[entryAt(before, index)];
  const now = old && after.find(({ day }) => day === old.day);
  if (!now) return [];
  const within = index - old.from;
  const places = [within + now.count - old.count, within];
  return [...new Set(places)]
    .filter((place) => place >= 0 && place < now.count)
    .map((place) => now.from + place);
}

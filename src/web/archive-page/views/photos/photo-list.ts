import { signal, type ReadonlySignal } from "@preact/signals";
import type { Api } from "../../api.ts";
import { findParams, orderParams, type PhotoSelection } from "./filter.ts";
import { createPageStore } from "./page-store.ts";
import { daysOf, entryAt, pagesOf, type PhotoDay, type ListPage, type Segment } from "./pages.ts";
import type { GridPhoto } from "./photo-types.ts";

/** The days of the list as they are laid out at the moment. `total` photos. */
export type ListShape = { days: readonly PhotoDay[]; total: number };

/** A photo that stays where it is on the screen when others come or go. */
export type Anchor = { index: number; photo: GridPhoto };

export type PhotoList = {
  /** undefined while it is not known. */
  shape: ReadonlySignal<ListShape | undefined>;
  /** Counts what came to be known: who draws photos draws them again. */
  known: ReadonlySignal<number>;
  /** The last thing that went wrong; undefined when something went right since. */
  problem: ReadonlySignal<unknown>;
  at(index: number): GridPhoto | undefined;
  /** Its place, where it is known. */
  indexOf(photoId: number): number | undefined;
  /** Photos of these places are seen: what is not known of them is asked for. */
  show(first: number, end: number): void;
  /** The photos of places, asked for where they are not known. @throws ApiProblem */
  photosIn(first: number, end: number, onProgress?: (found: number) => void): Promise<GridPhoto[]>;
  /**
   * Asks anew what there is. `beforeShown` is told where the anchor is in the new list, before that is shown.
   * @param seen places whose photos are on the screen: they are known before the new list takes the old one's place
   */
  refresh(
    seen?: { anchor: Anchor | undefined; count: number },
    beforeShown?: (index: number | undefined) => void,
  ): Promise<void>;
  /** What is known of a photo, or of all, may be wrong by now. */
  expire(photoId?: number): void;
  close(): void;
};

/** The photos that a selection finds, of which those that are near are known. */
export function createPhotoList(api: Api, selection: PhotoSelection): PhotoList {
  const params = { ...findParams(selection), ...orderParams(selection) };
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
      { ...params, utc_offset: -new Date().getTimezoneOffset() },
      aborted,
    );
    return data;
  };

  /** Where the anchor is among the new pages, once its page is known. */
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

/** Where a photo may be after others came or went: in its day, as far from its end as before, or from its beginning. */
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

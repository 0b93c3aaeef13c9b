import type { Api, ApiParams } from "../../api.ts";
import { MOST_LISTED } from "../../../../api-limits.ts";
import type { ListPage } from "./pages.ts";
import { gridFields, type GridPhoto } from "./photo-types.ts";

/** Requests at the same time: more would slow each other down, and the thumbnails. */
const MOST_REQUESTS = 3;

/** How many pages are kept. Those that were loaded or seen longest ago are dropped. */
const MOST_PAGES = 40;

export type PageStore = {
  /** A page's photos, if they were loaded; they may be from before a change (see `expire`). */
  photosOf(page: ListPage): readonly GridPhoto[] | undefined;
  /** Loads these pages in this order, and gives up requests for others. */
  want(pages: readonly ListPage[]): void;
  /** A page's photos, loaded now unless they are known and not expired. @throws ApiProblem */
  load(page: ListPage): Promise<readonly GridPhoto[]>;
  /**
   * Drops what was loaded of those pages that have another number of photos by now, such as after a photo came back from the
   * trash. Each is loaded again when it is wanted next.
   */
  forgetOthers(pages: readonly ListPage[]): void;
  /** Has the page with this photo, or every page, loaded again as soon as it is wanted; its old photos are shown until then. */
  expire(photoId?: number): void;
  close(): void;
};

type Entry = { photos: readonly GridPhoto[]; stale: boolean };

/**
 * Loads and keeps the photos of a list by pages.
 * @param params that find the list, with its order
 * @param onLoaded called when a wanted page was loaded
 * @param onFailed called with the ApiProblem if it was not
 */
export function createPageStore(
  api: Api,
  params: ApiParams,
  onLoaded: () => void,
  onFailed: (error: unknown) => void,
): PageStore {
  /** By key of their page; the one that was loaded or seen last is the last. */
  const entries = new Map<string, Entry>();
  const underWay = new Map<string, AbortController>();
  let wanted: readonly ListPage[] = [];

  const load = async (page: ListPage, aborted?: AbortSignal) => {
    const { after, until } = page;
    const asked = { ...params, after, until, size: MOST_LISTED, fields: gridFields };
    const { data } = await api<GridPhoto[]>("photo/list", asked, aborted);
    entries.delete(page.key);
    entries.set(page.key, { photos: data, stale: false });
    for (const key of entries.keys()) {
      if (entries.size <= MOST_PAGES) break;
      if (!wanted.some((one) => one.key === key)) entries.delete(key);
    }
    return data;
  };

  const begin = async (page: ListPage) => {
    const request = new AbortController();
    underWay.set(page.key, request);
    try {
      await load(page, request.signal);
      onLoaded();
    } catch (error) {
      if (!request.signal.aborted) {
        // Taken off the list, so that it is not loaded again and again; only when it is wanted the next time.
        wanted = wanted.filter(({ key }) => key !== page.key);
        onFailed(error);
      }
    } finally {
      if (underWay.get(page.key) === request) underWay.delete(page.key);
      next();
    }
  };

  const next = () => {
    for (const page of wanted) {
      if (underWay.size >= MOST_REQUESTS) return;
      const known = entries.get(page.key);
      if ((!known || known.stale) && !underWay.has(page.key)) void begin(page);
    }
  };

  const stop = (key: string) => {
    underWay.get(key)?.abort();
    underWay.delete(key);
  };

  return {
    photosOf: ({ key }) => entries.get(key)?.photos,
    want: (pages) => {
      wanted = pages;
      for (const key of underWay.keys()) if (!pages.some((page) => page.key === key)) stop(key);
      for (const { key } of pages) {
        const entry = entries.get(key);
        if (!entry) continue;
        entries.delete(key);
        entries.set(key, entry);
      }
      next();
    },
    load: async (page) => {
      const known = entries.get(page.key);
      return known && !known.stale ? known.photos : load(page);
    },
    forgetOthers: (pages) => {
      for (const { key, count } of pages)
        if (entries.get(key)?.photos.length !== count) entries.delete(key);
    },
    expire: (photoId) => {
      for (const entry of entries.values()) {
        const isIn = ({ photo_id: id }: GridPhoto) => id === photoId;
        if (photoId === undefined || entry.photos.some(isIn)) entry.stale = true;
      }
      next();
    },
    close: () => {
      wanted = [];
      for (const key of underWay.keys()) stop(key);
    },
  };
}

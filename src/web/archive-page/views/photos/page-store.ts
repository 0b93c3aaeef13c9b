import type { Api, ApiParams } from "../../api.ts";
import { MOST_LISTED } from "../../../../api-limits.ts";
import type { ListPage } from "./pages.ts";
import { gridFields, type GridPhoto } from "./photo-types.ts";

/** Requests at once: more would stand in each other's way, and in the way of thumbnails. */
const MOST_REQUESTS = 3;

/** Pages that are remembered. The ones that were seen longest ago are forgotten. */
const MOST_PAGES = 40;

export type PageStore = {
  /** What is known of a page's photos, perhaps from before a change. */
  photosOf(page: ListPage): readonly GridPhoto[] | undefined;
  /** Asks for these, the first ones first, and gives up what was asked for and is not among them. */
  want(pages: readonly ListPage[]): void;
  /** Waits for a page. @throws ApiProblem */
  load(page: ListPage): Promise<readonly GridPhoto[]>;
  /**
   * Forgets those of these pages that have another number of photos than the list says by now: a photo was away when they were
   * asked for, and is back. Each is asked for again once, when it is wanted next.
   */
  forgetOthers(pages: readonly ListPage[]): void;
  /** Asks again for what has this photo, or for everything, when it is wanted next. */
  expire(photoId?: number): void;
  close(): void;
};

type Entry = { photos: readonly GridPhoto[]; stale: boolean };

/**
 * The photos of pages, asked for when they come near.
 * @param params that find the list, with its order
 * @param onLoaded something new is known
 */
export function createPageStore(
  api: Api,
  params: ApiParams,
  onLoaded: () => void,
  onFailed: (error: unknown) => void,
): PageStore {
  /** The one that was seen last is the last one. */
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
        // It is not asked for again until somebody wants it anew.
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

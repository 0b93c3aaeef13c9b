import type { FindOptions, OptionPage } from "../kit/found-options.ts";
import type { Locale } from "../kit/locale.ts";
import type { Api, ApiParams } from "./api.ts";

export type AlbumItem = { album_id: number; title: string; number_of_photos: number };
type TagItem = { tag: string; count: number };
export type LinkNames = { token_id: number; title: string; sender: string };

/** Of each kind so many are asked for at once. */
const PAGE = 50;

/** Albums by words of their titles, the newest first. @param order another order */
export function albumFinder(api: Api, locale: Locale, order?: "editing_date"): FindOptions {
  return async (search, from, left) => {
    const asked = { include_hidden_p: true, orderby: order };
    const { data, next } = await numberedPage<AlbumItem>(
      api,
      "album/list",
      search,
      asked,
      from,
      left,
    );
    const options = data.map(({ album_id: id, title, number_of_photos: count }) => ({
      value: String(id),
      label: title || String(id),
      note: locale.number(count),
    }));
    return { options, next };
  };
}

/** Tags that contain what was written; those first that most photos have. */
export function tagFinder(api: Api, locale: Locale): FindOptions {
  return async (search, from, left) => {
    const asked = { orderby: "count" };
    const { data, next } = await numberedPage<TagItem>(api, "tag/list", search, asked, from, left);
    const options = data.map(({ tag, count }) => ({
      value: tag,
      label: tag,
      note: locale.number(count),
    }));
    return { options, next };
  };
}

/** Links by words of their titles and senders, the newest first. */
export function linkFinder(api: Api): FindOptions {
  return async (search, after, left): Promise<OptionPage> => {
    const asked = { state: "all", search: search || undefined, size: PAGE, after };
    const { data } = await api<{ items: LinkNames[]; next: string }>(
      "upload-token/list",
      asked,
      left,
    );
    const options = data.items.map((link) => ({
      value: String(link.token_id),
      label: linkLabel(link),
      note: `#${link.token_id}`,
    }));
    return { options, next: data.next || undefined };
  };
}

/** What a link is called. */
export function linkLabel({ token_id: id, title, sender }: LinkNames): string {
  return title || sender || `#${id}`;
}

/** Of a list whose pages have numbers. */
async function numberedPage<Item>(
  api: Api,
  method: string,
  search: string,
  asked: ApiParams,
  from: string | undefined,
  left: AbortSignal,
): Promise<{ data: Item[]; next: string | undefined }> {
  const p = Number(from ?? 1);
  const params = { ...asked, search: search || undefined, size: PAGE, p };
  const { data, total_count: total = 0 } = await api<Item[]>(method, params, left);
  return { data, next: p * PAGE < total ? String(p + 1) : undefined };
}

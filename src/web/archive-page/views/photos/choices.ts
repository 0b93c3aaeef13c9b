import { useEffect, useState } from "preact/hooks";
import { useArchive } from "../../archive-context.ts";

/** An option of a list: its value, and the words that are shown for it. */
export type NamedChoice = [value: string, label: string];

export type AlbumItem = { album_id: number; title: string; number_of_photos: number };
type TagItem = { tag: string; count: number };
type LinkItem = { token_id: number; title: string; sender: string };

/** How many albums, tags and links are offered; others are found by a search. */
const MOST = 100;

/** The newest albums. */
export function useAlbums(): NamedChoice[] {
  return useItems<AlbumItem>("album/list", { include_hidden_p: true, size: MOST }, (album) => [
    String(album.album_id),
    album.title,
  ]);
}

/** The tags that most photos have. */
export function useTags(): NamedChoice[] {
  return useItems<TagItem>("tag/list", { orderby: "count", size: MOST }, ({ tag }) => [tag, tag]);
}

/** The newest upload links. @param mayAsk whether the signed-in key may list them; if not, the result is undefined */
export function useLinks(mayAsk: boolean): NamedChoice[] | undefined {
  const links = useItems<LinkItem>(
    mayAsk ? "upload-token/list" : undefined,
    { state: "all", size: MOST },
    ({ token_id: id, title, sender }) => [String(id), title || sender || `#${id}`],
  );
  return mayAsk ? links : undefined;
}

function useItems<Item>(
  method: string | undefined,
  params: Readonly<Record<string, string | number | boolean>>,
  name: (item: Item) => NamedChoice,
): NamedChoice[] {
  const { api } = useArchive();
  const [items, setItems] = useState<NamedChoice[]>([]);
  useEffect(() => {
    if (method === undefined) return;
    const left = new AbortController();
    // If a list cannot be loaded it stays empty; what was chosen before and the rest of the panel keep working.
    api<Item[] | { items: Item[] }>(method, params, left.signal).then(
      ({ data }) => setItems(("items" in data ? data.items : data).map(name)),
      () => undefined,
    );
    return () => left.abort();
  }, [method]);
  return items;
}

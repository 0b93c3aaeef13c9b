import { useEffect, useState } from "preact/hooks";
import type { OptionPage } from "../../../kit/found-options.ts";
import { useArchive } from "../../archive-context.ts";
import { linkLabel, tagFinder, type AlbumItem, type LinkNames } from "../../find-choices.ts";

/** Tags that contain what was written, to be offered beside a field that takes any word. */
export function useTags(words: string): string[] {
  const { api, locale } = useArchive();
  const [tags, setTags] = useState<OptionPage["options"]>([]);
  useEffect(() => {
    const left = new AbortController();
    // A list that cannot be asked for leaves the field as it is.
    tagFinder(api, locale)(words.trim(), undefined, left.signal).then(
      ({ options }) => setTags(options),
      () => undefined,
    );
    return () => left.abort();
  }, [words]);
  return tags.map(({ value }) => value);
}

/** What the album of an id is called; undefined while that is not known. @param id "" where there is none */
export function useAlbumName(id: string): string | undefined {
  const asked = id && { album_id: id, include_hidden_p: true };
  return useItem<AlbumItem>("album/list", asked)?.title;
}

/** The same of an upload link. */
export function useLinkName(id: string): string | undefined {
  const link = useItem<LinkNames>("upload-token/list", id && { token_id: id, state: "all" });
  return link && linkLabel(link);
}

/** The item of a list that an id is of. @param params that find it; "" where there is no id */
function useItem<Item>(
  method: string,
  params: "" | Readonly<Record<string, string | boolean>>,
): Item | undefined {
  const { api } = useArchive();
  const [item, setItem] = useState<Item | undefined>(undefined);
  const asked = JSON.stringify(params);
  useEffect(() => {
    setItem(undefined);
    if (params === "") return;
    const left = new AbortController();
    api<Item[] | { items: Item[] }>(method, params, left.signal).then(
      ({ data }) => setItem(("items" in data ? data.items : data)[0]),
      () => undefined,
    );
    return () => left.abort();
  }, [asked]);
  return item;
}

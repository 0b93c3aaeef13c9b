/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../../kit/icon.tsx";
import { useArchive } from "../../archive-context.ts";
import type { AlbumItem } from "./choices.ts";
import { usePhotos } from "./photos-context.ts";
import type { PhotoSelection } from "./filter.ts";

/** The filters in force (album, tag, link, type, state), each with a button to remove it. */
export function FilterChips() {
  const { selection, texts } = usePhotos();
  const { state, type, albumId, tag, tokenId, order } = selection;
  const album = useTitle<AlbumItem>(
    "album/list",
    albumId && { album_id: albumId, include_hidden_p: true },
  );
  const link = useTitle<{ title: string; sender?: string }>(
    "upload-token/list",
    tokenId && { token_id: tokenId, state: "all" },
  );
  const chips: [keyof PhotoSelection, string][] = [];
  if (state) chips.push(["state", texts.states[state]]);
  if (type) chips.push(["type", texts.types[type]]);
  if (albumId) chips.push(["albumId", album?.title ?? `${texts.album} ${albumId}`]);
  if (tag) chips.push(["tag", tag]);
  if (tokenId) chips.push(["tokenId", link?.title || link?.sender || `${texts.link} ${tokenId}`]);
  if (order !== "newest") chips.push(["order", texts.orders[order]]);
  if (chips.length === 0) return null;
  return (
    <ul class="chips photo-filters" aria-label={texts.filter}>
      {chips.map(([name, label]) => (
        <li key={name}>
          <Chip name={name} label={label} />
        </li>
      ))}
    </ul>
  );
}

function Chip({ name, label }: { name: keyof PhotoSelection; label: string }) {
  const { texts, locale, select } = usePhotos();
  return (
    <button
      type="button"
      class="chip"
      aria-label={locale.say(texts.takeAway, { name: label })}
      onClick={() => select({ [name]: name === "order" ? "newest" : "" })}
    >
      <span dir="auto">{label}</span>
      <Icon name="cross" />
    </button>
  );
}

/** The one item that an API method finds. @param params that find it; "" if nothing is to be found */
function useTitle<Item>(
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

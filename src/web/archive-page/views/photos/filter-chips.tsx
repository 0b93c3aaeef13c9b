/** @jsxImportSource preact */
import { Icon } from "../../../kit/icon.tsx";
import { useAlbumName, useLinkName } from "./choices.ts";
import { usePhotos } from "./photos-context.ts";
import type { PhotoSelection } from "./filter.ts";

/** The filters in force (album, tag, link, type, state), each with a button to remove it. */
export function FilterChips() {
  const { selection, texts } = usePhotos();
  const { state, type, albumId, tag, tokenId, order } = selection;
  const album = useAlbumName(albumId);
  const link = useLinkName(tokenId);
  const chips: [keyof PhotoSelection, string][] = [];
  if (state) chips.push(["state", texts.states[state]]);
  if (type) chips.push(["type", texts.types[type]]);
  if (albumId) chips.push(["albumId", album ?? `${texts.album} ${albumId}`]);
  if (tag) chips.push(["tag", tag]);
  if (tokenId) chips.push(["tokenId", link ?? `${texts.link} ${tokenId}`]);
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

/** @jsxImportSource preact */
import { Icon } from "../../../kit/icon.tsx";
import { useAlbumName, useLinkName } from "./choices.ts";
import { usePhotos } from "./photos-context.ts";
import type { PhotoSelection } from "./filter.ts";

/** A filter in force, in words, and what takes it away. */
type Chip = { name: string; label: string; without: Partial<PhotoSelection> };

/** The filters in force (time, album, tag, link, type, state), each with a button to remove it. */
export function FilterChips() {
  const { texts } = usePhotos();
  const chips = useChips();
  if (chips.length === 0) return null;
  return (
    <ul class="chips photo-filters" aria-label={texts.filter}>
      {chips.map((chip) => (
        <li key={chip.name}>
          <ChipButton {...chip} />
        </li>
      ))}
    </ul>
  );
}

function useChips(): Chip[] {
  const { selection, texts } = usePhotos();
  const { state, type, albumId, tag, tokenId, order } = selection;
  const album = useAlbumName(albumId);
  const link = useLinkName(tokenId);
  const period = usePeriodWords();
  const chips: Chip[] = [];
  const add = (name: keyof PhotoSelection, label: string) =>
    chips.push({ name, label, without: { [name]: name === "order" ? "newest" : "" } });
  if (state) add("state", texts.states[state]);
  if (type) add("type", texts.types[type]);
  if (period) chips.push({ name: "period", label: period, without: NO_PERIOD });
  if (albumId) add("albumId", album ?? `${texts.album} ${albumId}`);
  if (tag) add("tag", tag);
  if (tokenId) add("tokenId", link ?? `${texts.link} ${tokenId}`);
  if (order !== "newest") add("order", texts.orders[order]);
  return chips;
}

const NO_PERIOD = { time: "", from: "", to: "" } as const;

/** "Arrived: 3–9 May 2026"; undefined where no time is asked for. */
function usePeriodWords(): string | undefined {
  const { selection, texts, locale, dayNames } = usePhotos();
  const { from, to, time } = selection;
  if (from === "" && to === "") return undefined;
  const days = () => {
    if (to === "") return locale.say(texts.fromDay, { day: dayNames.date(from) });
    if (from === "") return locale.say(texts.upToDay, { day: dayNames.date(to) });
    return dayNames.span(from, to);
  };
  return locale.say(texts.period, { what: texts[time || "arrived"], days: days() });
}

function ChipButton({ label, without }: Chip) {
  const { texts, locale, select } = usePhotos();
  return (
    <button
      type="button"
      class="chip"
      aria-label={locale.say(texts.takeAway, { name: label })}
      onClick={() => select(without)}
    >
      <span dir="auto">{label}</span>
      <Icon name="cross" />
    </button>
  );
}

/** @jsxImportSource preact */
import { Icon } from "../../../kit/icon.tsx";
import { GAP, headingOf, widthOf, type Group } from "./layout.ts";
import type { ThumbnailName } from "./photo-types.ts";
import { usePhotos } from "./photos-context.ts";
import { Tile } from "./tile.tsx";

/** Rows of a day that are left out together where they are above what is drawn. */
const ROWS_SKIPPED = 1000;
/** Pixels: more than the rows that are not left out. */
const HIGHEST_DAY = 1_000_000;

/** The photos of a day that are near the window: the rows from `firstRow` to before `endRow`. */
export function DayGroup({
  group,
  firstRow,
  endRow,
  shift,
  tile,
  focus,
  thumbnail,
}: {
  group: Group;
  firstRow: number;
  endRow: number;
  /** All is drawn so many pixels higher than the layout says. */
  shift: number;
  tile: number;
  /** Place in the list of the photo that Tab leads to. */
  focus: number;
  thumbnail: ThumbnailName;
}) {
  const heading = headingOf(group);
  // A day may be higher than what browsers can draw, too: it begins nearer to its first row then.
  const skipped = Math.floor(firstRow / ROWS_SKIPPED) * ROWS_SKIPPED;
  const above = skipped * (tile + GAP);
  const rows = Array.from({ length: endRow - firstRow }, (_, at) => firstRow + at);
  return (
    <div
      class="day"
      role="rowgroup"
      style={{
        insetInlineStart: `${group.left}px`,
        top: `${group.top + above - shift}px`,
        width: `${widthOf(group.columns, tile)}px`,
        height: `${Math.min(group.height - above, HIGHEST_DAY)}px`,
      }}
    >
      {heading > 0 && skipped === 0 && <DayHeading group={group} />}
      {rows.map((row) => (
        <div
          key={row}
          class="day-row"
          role="row"
          aria-rowindex={group.ariaRow + row + (heading > 0 ? 1 : 0)}
          style={{ top: `${heading + row * (tile + GAP) - above}px` }}
        >
          <Tiles group={group} row={row} focus={focus} thumbnail={thumbnail} />
        </div>
      ))}
    </div>
  );
}

function Tiles({
  group,
  row,
  focus,
  thumbnail,
}: {
  group: Group;
  row: number;
  focus: number;
  thumbnail: ThumbnailName;
}) {
  const { list, marked } = usePhotos();
  const count = Math.min(group.columns, group.count - row * group.columns);
  return Array.from({ length: count }, (_, column) => {
    const index = group.from + row * group.columns + column;
    const photo = list.at(index);
    return (
      <Tile
        key={index}
        photo={photo}
        index={index}
        column={column}
        thumbnail={thumbnail}
        isMarked={photo !== undefined && marked.photos.value.has(photo.photo_id)}
        hasFocus={focus === index}
      />
    );
  });
}

function DayHeading({ group }: { group: Group }) {
  const { texts, dayNames, locale, marked, list } = usePhotos();
  const { day, from, count, columns, ariaRow } = group;
  const name = columns > 2 ? dayNames.long(day) : dayNames.short(day);
  const isMarked =
    marked.photos.value.size >= count &&
    Array.from({ length: count }, (_, at) => list.at(from + at)).every(
      (photo) => photo !== undefined && marked.photos.value.has(photo.photo_id),
    );
  return (
    <div class="day-heading" role="row" aria-rowindex={ariaRow}>
      <div role="gridcell">
        <h2 title={dayNames.long(day)}>{name}</h2>
        <button
          type="button"
          class="day-mark"
          aria-pressed={isMarked}
          aria-label={locale.say(texts.markDay, { day: dayNames.long(day) })}
          onClick={() => void marked.markRange(from, from + count, !isMarked)}
        >
          <Icon name="check" />
        </button>
      </div>
    </div>
  );
}

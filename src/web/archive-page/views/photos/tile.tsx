/** @jsxImportSource preact */
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "../../../kit/icon.tsx";
import { placeOf } from "../../place.ts";
import { writeLength } from "./day-names.ts";
import { writeSelection } from "./filter.ts";
import { photoAddress, nameOf, type GridPhoto, type ThumbnailName } from "./photo-types.ts";
import { usePhotos, type PhotosContext } from "./photos-context.ts";

/**
 * The square of one photo. It is drawn, and can have the focus, before the photo is loaded (`photo` is undefined).
 * @param index its place in the list
 */
export function Tile({
  photo,
  index,
  column,
  thumbnail,
  isMarked,
  hasFocus,
}: {
  photo: GridPhoto | undefined;
  index: number;
  column: number;
  thumbnail: ThumbnailName;
  isMarked: boolean;
  hasFocus: boolean;
}) {
  const context = usePhotos();
  const { texts, locale } = context;
  return (
    <div
      role="gridcell"
      class={isMarked ? "tile marked" : "tile"}
      aria-colindex={column + 1}
      aria-selected={isMarked}
      data-index={index}
      data-photo={photo?.photo_id}
    >
      <a
        class="tile-link"
        tabIndex={hasFocus ? 0 : -1}
        draggable={false}
        aria-label={photo ? describe(photo, context) : texts.loading}
        {...(photo && { href: hrefOf(photo, context) })}
      >
        {photo && <Picture key={photo.original_version} photo={photo} thumbnail={thumbnail} />}
      </a>
      {photo && (
        <button
          type="button"
          class="tile-mark"
          tabIndex={-1}
          aria-pressed={isMarked}
          aria-label={locale.say(texts.mark, { name: nameOf(photo) })}
        >
          <Icon name="check" />
        </button>
      )}
    </div>
  );
}

/** The photo's address, to open it in another tab. */
function hrefOf({ photo_id: id }: GridPhoto, { selection }: PhotosContext): string {
  return placeOf("photos", { ...writeSelection(selection), photo: String(id) });
}

function describe(photo: GridPhoto, { texts, locale }: PhotosContext): string {
  const words = [nameOf(photo)];
  if (photo.video_p) words.push(texts.video);
  if (photo.audio_p) words.push(texts.audioFile);
  if (!photo.published_p) words.push(texts.notPublished);
  return words.length === 1 ? nameOf(photo) : locale.list(words);
}

function Picture({ photo, thumbnail }: { photo: GridPhoto; thumbnail: ThumbnailName }) {
  const { data } = usePhotos();
  const hasPicture = photo.thumbnails_state === "ready";
  return (
    <>
      {hasPicture ? (
        <Thumbnail photo={photo} address={photoAddress(photo, data.base, thumbnail)} />
      ) : (
        <Placeholder photo={photo} />
      )}
      <Badges photo={photo} />
    </>
  );
}

function Thumbnail({ photo, address }: { photo: GridPhoto; address: string }) {
  const image = useRef<HTMLImageElement>(null);
  const [isThere, setThere] = useState(false);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const { current } = image;
    // A thumbnail that is scrolled out of sight while it loads is given up, so that visible ones load sooner.
    return () => {
      if (current && !current.complete) current.src = "data:,";
    };
  }, []);
  if (isBroken) return <Placeholder photo={photo} />;
  return (
    <img
      ref={image}
      class={isThere ? "there" : ""}
      src={address}
      alt=""
      decoding="async"
      draggable={false}
      onLoad={() => setThere(true)}
      onError={() => setBroken(true)}
    />
  );
}

/** Drawn in place of a thumbnail that is not there, or not yet. */
function Placeholder({ photo }: { photo: GridPhoto }) {
  const icon: IconName = photo.video_p ? "video" : photo.audio_p ? "play" : "image";
  const isMade = photo.thumbnails_state === "pending";
  return (
    <span class={isMade ? "tile-file made" : "tile-file"}>
      <Icon name={icon} />
      {!isMade && <span dir="auto">{nameOf(photo)}</span>}
    </span>
  );
}

function Badges({ photo }: { photo: GridPhoto }) {
  return (
    <span class="tile-badges">
      {!photo.published_p && <Icon name="hidden" />}
      {(photo.video_p || photo.audio_p) && (
        <span class="tile-length">
          <Icon name="play" />
          {photo.video_length !== undefined && writeLength(photo.video_length)}
        </span>
      )}
    </span>
  );
}

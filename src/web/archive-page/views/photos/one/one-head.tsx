/** @jsxImportSource preact */
import { IconButton } from "../../../../kit/button.tsx";
import { nameOf, type WholePhoto } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";
import type { OneActions } from "./one-actions.ts";
import { isPicture } from "./showable.ts";

/** The bar above one photo: its name, its place in the list, and its buttons. */
export function OneHead({
  photo,
  place,
  hasFacts,
  onFacts,
  isZoomed,
  onZoom,
  actions,
}: {
  photo: WholePhoto | undefined;
  place: number | undefined;
  hasFacts: boolean;
  onFacts: () => void;
  isZoomed: boolean;
  onZoom: () => void;
  actions: OneActions;
}) {
  const { texts, locale, list, open, mayChange, selection } = usePhotos();
  const isInTrash = selection.state === "trash";
  const total = list.shape.value?.total ?? 0;
  return (
    <header class="one-head">
      <IconButton icon="left" label={texts.backToAll} onClick={() => open(undefined)} />
      <h1 dir="auto">{photo && nameOf(photo)}</h1>
      {place !== undefined && (
        <p class="one-place">{locale.say(texts.placeOf, { place: place + 1, count: total })}</p>
      )}
      <div class="one-actions">
        {photo && !isInTrash && (
          <>
            {isPicture(photo) && (
              <IconButton
                icon="zoom"
                label={isZoomed ? texts.fit : texts.zoom}
                aria-pressed={isZoomed}
                onClick={onZoom}
              />
            )}
            <IconButton
              icon="link"
              label={texts.copyLink}
              onClick={() => void actions.copyLink()}
            />
            <IconButton icon="download" label={texts.download} onClick={actions.download} />
          </>
        )}
        <IconButton icon="info" label={texts.facts} aria-pressed={hasFacts} onClick={onFacts} />
        {photo && isInTrash && (
          <IconButton icon="restore" label={texts.restore} onClick={actions.restore} />
        )}
        {photo && mayChange && (
          <IconButton
            icon="trash"
            label={isInTrash ? texts.destroy : texts.delete}
            onClick={actions.remove}
          />
        )}
      </div>
    </header>
  );
}

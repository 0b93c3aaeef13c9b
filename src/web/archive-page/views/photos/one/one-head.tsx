/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import { Button, IconButton } from "../../../../kit/button.tsx";
import { Dialog } from "../../../../kit/dialog.tsx";
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
        {photo && mayChange && !isInTrash && (
          <IconButton icon="trash" label={texts.delete} onClick={actions.remove} />
        )}
        {photo && isInTrash && (
          <>
            <IconButton icon="restore" label={texts.restore} onClick={actions.restore} />
            <Destroy name={nameOf(photo)} onDestroy={actions.destroy} />
          </>
        )}
      </div>
    </header>
  );
}

function Destroy({ name, onDestroy }: { name: string; onDestroy: () => Promise<void> }) {
  const { texts, locale, data } = usePhotos();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <IconButton icon="trash" label={texts.destroy} onClick={() => setAsked(true)} />
      {isAsked && (
        <Dialog
          heading={texts.destroy}
          closeLabel={data.common.close}
          onClose={() => setAsked(false)}
        >
          <p>{locale.say(texts.destroySentence, { name })}</p>
          <div class="dialog-buttons">
            <Button onClick={() => setAsked(false)}>{data.common.cancel}</Button>
            <Button
              kind="danger"
              icon="trash"
              onClick={() => {
                setAsked(false);
                void onDestroy();
              }}
            >
              {texts.destroy}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** @jsxImportSource preact */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../../kit/button.tsx";
import { Dialog } from "../../../kit/dialog.tsx";
import { place } from "../../place.ts";
import { changing, useChanges } from "./changes.ts";
import { nameOf, type GridPhoto } from "./photo-types.ts";
import { usePhotos } from "./photos-context.ts";

type Question = {
  photos: readonly GridPhoto[];
  /** Called before they are removed: leads away from a photo that will not be there any more. */
  leave?: (() => void) | undefined;
};

const asked = signal<Question | undefined>(undefined);

/** Asks whether photos are to be removed for good, and does it where the answer is yes. Nothing is asked while a change is under way. */
export function askToDestroy(photos: readonly GridPhoto[], leave?: () => void): void {
  if (photos.length > 0 && changing.value === undefined) asked.value = { photos, leave };
}

/** The question of `askToDestroy`, for as long as the place is shown at which it was asked. */
export function DestroyDialog() {
  const { texts, locale, data } = usePhotos();
  const { destroy } = useChanges();
  const close = () => (asked.value = undefined);
  useEffect(() => () => void close(), [place.value]);
  if (asked.value === undefined) return null;
  const { photos, leave } = asked.value;
  const [first] = photos;
  const agree = () => {
    close();
    leave?.();
    void destroy(photos);
  };
  return (
    <Dialog heading={texts.destroy} closeLabel={data.common.close} onClose={close}>
      <p>
        {first && photos.length === 1
          ? locale.say(texts.destroySentence, { name: nameOf(first) })
          : locale.say(texts.destroyMany, { count: photos.length })}
      </p>
      <div class="dialog-buttons">
        <Button onClick={close}>{data.common.cancel}</Button>
        <Button kind="danger" icon="trash" onClick={agree}>
          {texts.destroy}
        </Button>
      </div>
    </Dialog>
  );
}

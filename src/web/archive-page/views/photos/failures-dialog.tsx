/** @jsxImportSource preact */
import { Dialog } from "../../../kit/dialog.tsx";
import { failures } from "./changes.ts";
import { nameOf } from "./photo-types.ts";
import { usePhotos } from "./photos-context.ts";

/** How many failures are listed one by one; of the rest only the number is shown. */
const MOST_NAMED = 50;

/** A dialog with the photos that could not be changed, and why. They stay marked. */
export function FailuresDialog() {
  const { texts, locale, data } = usePhotos();
  const failed = failures.value;
  if (failed.length === 0) return null;
  const rest = failed.length - MOST_NAMED;
  return (
    <Dialog
      heading={locale.say(texts.notChanged, { count: failed.length })}
      closeLabel={data.common.close}
      onClose={() => (failures.value = [])}
    >
      <ul class="failures">
        {failed.slice(0, MOST_NAMED).map(({ photo, message }) => (
          <li key={photo.photo_id}>
            <b dir="auto">{nameOf(photo)}</b>
            <span>{message || data.common.noAnswer}</span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p class="hint">{locale.say(texts.andMore, { count: rest })}</p>}
    </Dialog>
  );
}

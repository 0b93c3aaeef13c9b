/** @jsxImportSource preact */
import { useId } from "preact/hooks";
import { timeOfAnsi } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";
import type { FactProps } from "./fact-props.ts";

/** Whether the photo is published, or from when on it will be, and what that means on this site. */
export function PublishField({ photo, actions, mayEdit }: FactProps) {
  const { texts, locale, data } = usePhotos();
  const hintId = useId();
  const at = timeOfAnsi(photo.publish_date_ansi);
  const isPlanned = !photo.published_p && at > Date.now();
  return (
    <section class="fact-section">
      <label class="switch">
        <input
          type="checkbox"
          checked={photo.published_p}
          disabled={!mayEdit}
          aria-describedby={hintId}
          onChange={({ currentTarget }) =>
            void actions.update({ published_p: currentTarget.checked })
          }
        />
        <span>{texts.isPublished}</span>
      </label>
      <p class="hint" id={hintId}>
        {data.publicList ? texts.publishingPublic : texts.publishingPrivate}
      </p>
      {isPlanned && (
        <p class="hint">{locale.say(texts.publishedAt, { moment: locale.moment(at) })}</p>
      )}
    </section>
  );
}

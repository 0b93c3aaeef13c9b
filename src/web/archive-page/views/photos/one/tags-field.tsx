/** @jsxImportSource preact */
import { useId, useState } from "preact/hooks";
import { IconButton } from "../../../../kit/button.tsx";
import { placeOf } from "../../../place.ts";
import { useTags } from "../choices.ts";
import { usePhotos } from "../photos-context.ts";
import { quoteTag, readTags, writtenTags } from "../tag-words.ts";
import type { FactProps } from "./fact-props.ts";

/** The photo's tags, each a link to the photos that have it. */
export function TagsField({ photo, actions, mayEdit }: FactProps) {
  const { texts, locale } = usePhotos();
  const tags = readTags(photo.tags);
  const save = (kept: readonly string[], added = "") =>
    actions.update({ tags: [...kept.map(quoteTag), added].filter(Boolean).join(" ") });
  if (!mayEdit && tags.length === 0) return null;
  return (
    <section class="fact-section">
      <h2>{texts.tags}</h2>
      <ul class="chips">
        {tags.map((tag) => (
          <li key={tag} class="chip">
            <a href={placeOf("photos", { tag })} dir="auto">
              {tag}
            </a>
            {mayEdit && (
              <IconButton
                icon="cross"
                label={locale.say(texts.takeAway, { name: tag })}
                onClick={() => void save(tags.filter((other) => other !== tag))}
              />
            )}
          </li>
        ))}
        {mayEdit && (
          <li>
            <NewTag onTags={(added) => save(tags, added)} />
          </li>
        )}
      </ul>
    </section>
  );
}

/** @param onTags is given the tags as the API reads them, and says whether they are on record */
function NewTag({ onTags }: { onTags: (tags: string) => Promise<boolean> }) {
  const { texts } = usePhotos();
  const [tag, setTag] = useState("");
  const known = useTags(tag);
  const listId = useId();
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault();
        const written = writtenTags(tag, known);
        if (written !== "" && (await onTags(written))) setTag("");
      }}
    >
      <input
        class="chip-input"
        aria-label={texts.addTags}
        placeholder={texts.addTags}
        list={listId}
        maxLength={200}
        value={tag}
        onInput={({ currentTarget }) => setTag(currentTarget.value)}
      />
      <datalist id={listId}>
        {known.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </form>
  );
}

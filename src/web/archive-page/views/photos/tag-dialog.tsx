/** @jsxImportSource preact */
import { useId, useState } from "preact/hooks";
import { Button } from "../../../kit/button.tsx";
import { Dialog } from "../../../kit/dialog.tsx";
import { Field } from "../../../kit/field.tsx";
import { useChanges } from "./changes.ts";
import { useTags } from "./choices.ts";
import type { GridPhoto } from "./photo-types.ts";
import { usePhotos } from "./photos-context.ts";
import { writtenTags } from "./tag-words.ts";

/** A dialog that adds a tag, or several, to many photos. */
export function TagDialog({
  photos,
  onClose,
}: {
  photos: readonly GridPhoto[];
  onClose: () => void;
}) {
  const { texts, locale, data } = usePhotos();
  const { addTags } = useChanges();
  const [tag, setTag] = useState("");
  const tags = useTags(tag);
  const listId = useId();
  return (
    <Dialog
      heading={locale.say(texts.tagMany, { count: photos.length })}
      closeLabel={data.common.close}
      onClose={onClose}
    >
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          const written = writtenTags(tag, tags);
          if (written === "") return;
          onClose();
          void addTags(photos, written);
        }}
      >
        <Field label={texts.tag}>
          {(ids) => (
            <input
              {...ids}
              autoFocus
              list={listId}
              maxLength={200}
              value={tag}
              onInput={({ currentTarget }) => setTag(currentTarget.value)}
            />
          )}
        </Field>
        <datalist id={listId}>
          {tags.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Button kind="main" type="submit" icon="tag">
          {texts.addTags}
        </Button>
      </form>
    </Dialog>
  );
}

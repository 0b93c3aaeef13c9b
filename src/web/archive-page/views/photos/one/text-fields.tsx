/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import { TITLE_LENGTH } from "../../../../../api-limits.ts";
import { Field } from "../../../../kit/field.tsx";
import { usePhotos } from "../photos-context.ts";
import { htmlOfText, textOfDescription } from "./description-text.ts";
import type { FactProps } from "./fact-props.ts";

/** The photo's title: a field if it may be changed, otherwise its words. */
export function TitleField({ photo, actions, mayEdit }: FactProps) {
  const { texts } = usePhotos();
  const draft = useDraft(photo.title, (title) => actions.update({ title }));
  if (!mayEdit) return photo.title === "" ? null : <h2 dir="auto">{photo.title}</h2>;
  return (
    <Field label={texts.title}>
      {(ids) => (
        <input
          {...ids}
          dir="auto"
          maxLength={TITLE_LENGTH}
          placeholder={photo.original_filename}
          {...draft}
          onKeyDown={(event) => {
            if (event.key === "Enter") event.currentTarget.blur();
            draft.onKeyDown(event);
          }}
        />
      )}
    </Field>
  );
}

/** The photo's description: a field if it may be changed, otherwise its words. */
export function DescriptionField({ photo, actions, mayEdit }: FactProps) {
  const { texts } = usePhotos();
  const { text, isMarkup } = textOfDescription(photo.content);
  const draft = useDraft(text, (words) =>
    actions.update({ description: isMarkup ? words : htmlOfText(words) }),
  );
  if (!mayEdit) {
    return photo.content_text === "" ? null : (
      <p class="one-text" dir="auto">
        {isMarkup ? photo.content_text : text}
      </p>
    );
  }
  return (
    <Field label={texts.description} hint={isMarkup ? texts.descriptionMarkup : undefined}>
      {(ids) => <textarea {...ids} dir="auto" rows={3} maxLength={65_000} {...draft} />}
    </Field>
  );
}

/** The state of a text field that is saved when it loses the focus; Escape drops what was typed. */
function useDraft(saved: string, save: (text: string) => Promise<boolean>) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  return {
    value: draft ?? saved,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      setDraft(currentTarget.value),
    onBlur: async () => {
      if (draft === undefined) return;
      // A text that could not be saved stays in the field, to be tried again.
      if (draft === saved || (await save(draft))) setDraft(undefined);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !(event.currentTarget instanceof HTMLElement)) return;
      event.stopPropagation();
      if (draft === undefined) event.currentTarget.blur();
      setDraft(undefined);
    },
  };
}

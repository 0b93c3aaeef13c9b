/** @jsxImportSource preact */
import { SENDER_LENGTH, TITLE_LENGTH } from "../../../../api-limits.ts";
import { Field } from "../../../kit/field.tsx";
import { useArchive } from "../../archive-context.ts";
import type { LinkFormPart } from "./link-form-part.ts";

/** Fields for what a guest reads: the link's title, a message, and who asks. */
export function GreetingFields({ draft, change, errorOf }: LinkFormPart) {
  const { data } = useArchive();
  const texts = data.texts.links;
  return (
    <>
      <Field label={texts.title} hint={texts.titleHint} error={errorOf("title")}>
        {(ids) => (
          <input
            {...ids}
            maxLength={TITLE_LENGTH}
            value={draft.title}
            onInput={(event) => change({ title: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={texts.message} hint={texts.messageHint} error={errorOf("description")}>
        {(ids) => (
          <textarea
            {...ids}
            rows={3}
            maxLength={10_000}
            value={draft.message}
            onInput={(event) => change({ message: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={texts.sender} hint={texts.senderHint} error={errorOf("sender")}>
        {(ids) => (
          <input
            {...ids}
            maxLength={SENDER_LENGTH}
            value={draft.sender}
            onInput={(event) => change({ sender: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}

/** @jsxImportSource preact */
import { GUEST_LENGTH } from "../../api-limits.ts";
import { Field } from "../kit/field.tsx";
import { useUploadPage } from "./upload-context.ts";

/** What the link asks of its guest beside the files. */
export function AskedFields() {
  const { data, guest, texts } = useUploadPage();
  if (data.ask.length === 0) return null;
  return (
    <div class="guest">
      {data.ask.includes("name") && (
        <Field label={texts.guest.name}>
          {(ids) => (
            <input
              {...ids}
              name="guest_name"
              autocomplete="name"
              dir="auto"
              maxLength={GUEST_LENGTH.name}
              value={guest.name.value}
              onInput={({ currentTarget }) => {
                guest.name.value = currentTarget.value;
              }}
            />
          )}
        </Field>
      )}
      {data.ask.includes("note") && (
        <Field label={texts.guest.note} hint={texts.guest.hint}>
          {(ids) => (
            <textarea
              {...ids}
              name="guest_note"
              rows={2}
              dir="auto"
              maxLength={GUEST_LENGTH.note}
              value={guest.note.value}
              onInput={({ currentTarget }) => {
                guest.note.value = currentTarget.value;
              }}
            />
          )}
        </Field>
      )}
    </div>
  );
}

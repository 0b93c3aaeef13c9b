/** @jsxImportSource preact */
import { PASSPHRASE_LENGTH } from "../../../../api-limits.ts";
import { Field } from "../../../kit/field.tsx";
import { useArchive } from "../../archive-context.ts";
import type { LinkFormPart } from "./link-form-part.ts";

/** Fields for what a guest is asked for: a passphrase, a name, a note. */
export function GuestFields({ draft, change, errorOf }: LinkFormPart) {
  const { data, locale } = useArchive();
  const { least, most } = PASSPHRASE_LENGTH;
  const texts = data.texts.links;
  return (
    <>
      <Field
        label={texts.passphrase}
        hint={texts.passphraseHint}
        error={errorOf("passphrase")}
        wrong={() => locale.say(texts.passphraseShort, { count: least })}
      >
        {(ids) => (
          <input
            {...ids}
            autoComplete="off"
            autoCapitalize="none"
            spellcheck={false}
            // Spaces around it are not part of it.
            pattern={`\\s*\\S.{${least - 2},}\\S\\s*`}
            maxLength={most}
            value={draft.passphrase}
            onInput={(event) => change({ passphrase: event.currentTarget.value })}
          />
        )}
      </Field>
      <fieldset class="choices">
        <legend>{texts.ask}</legend>
        <label>
          <input
            type="checkbox"
            checked={draft.askName}
            onChange={(event) => change({ askName: event.currentTarget.checked })}
          />
          {texts.askName}
        </label>
        <label>
          <input
            type="checkbox"
            checked={draft.askNote}
            onChange={(event) => change({ askNote: event.currentTarget.checked })}
          />
          {texts.askNote}
        </label>
      </fieldset>
    </>
  );
}

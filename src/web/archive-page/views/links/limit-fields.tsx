/** @jsxImportSource preact */
import { MOST_USES } from "../../../../api-limits.ts";
import { Field } from "../../../kit/field.tsx";
import { useArchive } from "../../archive-context.ts";
import { UNITS, type LinkDraft } from "./link-draft.ts";
import type { LinkFormPart } from "./link-form-part.ts";
import { offeredTypes } from "./offered-types.ts";

/** How many files a link takes. @param least the smallest number allowed: files that have arrived or are under way */
export function FilesField({
  draft,
  change,
  errorOf,
  least = 1,
  hint,
}: LinkFormPart & { least?: number; hint?: string }) {
  const { data } = useArchive();
  return (
    <Field label={data.texts.links.files} hint={hint} error={errorOf("max_uploads")}>
      {(ids) => (
        <input
          {...ids}
          type="number"
          required
          min={Math.max(1, least)}
          max={MOST_USES}
          value={draft.files}
          onInput={(event) => change({ files: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}

/** How large each file may be: no larger than the server takes. */
export function SizeField({ draft, change, errorOf }: LinkFormPart) {
  const { data, locale } = useArchive();
  const texts = data.texts.links;
  const { maxSize } = data.takes;
  return (
    <Field
      label={texts.size}
      hint={texts.sizeHint}
      error={errorOf("max_size")}
      wrong={({ rangeOverflow }) =>
        rangeOverflow ? locale.say(texts.sizeMost, { size: locale.limit(maxSize) }) : undefined
      }
    >
      {(ids) => (
        <span class="number-unit">
          <input
            {...ids}
            type="number"
            min={0.001}
            max={maxSize / UNITS[draft.unit]}
            step="any"
            value={draft.size}
            onInput={(event) => change({ size: event.currentTarget.value })}
          />
          <UnitSelect draft={draft} change={change} />
        </span>
      )}
    </Field>
  );
}

function UnitSelect({ draft, change }: Pick<LinkFormPart, "draft" | "change">) {
  const { data, locale } = useArchive();
  return (
    <select
      aria-label={data.texts.links.unit}
      value={draft.unit}
      onChange={(event) => change({ unit: event.currentTarget.value as LinkDraft["unit"] })}
    >
      <option value="MB">{locale.unit("megabyte")}</option>
      <option value="GB">{locale.unit("gigabyte")}</option>
    </select>
  );
}

/** Of which kinds the files may be, where the server takes several. */
export function TypesField({ draft, change, errorOf }: LinkFormPart) {
  const { data } = useArchive();
  const texts = data.texts.links;
  const error = errorOf("types");
  const offered = offeredTypes(data.takes.types);
  if (offered.length === 0) return null;
  const toggle = (type: string, isOn: boolean) =>
    change({ types: offered.filter((one) => (one === type ? isOn : draft.types.includes(one))) });
  return (
    <fieldset class="choices">
      <legend>{texts.types}</legend>
      {offered.map((type) => (
        <label key={type}>
          <input
            type="checkbox"
            checked={draft.types.includes(type)}
            onChange={(event) => toggle(type, event.currentTarget.checked)}
          />
          {texts.typeNames[type]}
        </label>
      ))}
      <p class={error === undefined ? "hint" : "hint bad"}>{error ?? texts.typesHint}</p>
    </fieldset>
  );
}

/** @jsxImportSource preact */
import { Field } from "../../../kit/field.tsx";
import { useArchive } from "../../archive-context.ts";
import type { LinkEnd } from "./link-draft.ts";

const DAY = 24 * 60;

/** Choices for how long a link lasts, in minutes. */
const CHOICES = [DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY];

/** Chooses when a link ends: after some days, or at a moment. `keep`: the words of the choice to leave the end unchanged, if there is one. */
export function EndField({
  end,
  keep,
  error,
  onChange,
}: {
  end: LinkEnd | undefined;
  keep?: string;
  error?: string | undefined;
  onChange: (end: LinkEnd | undefined) => void;
}) {
  const { data, locale } = useArchive();
  const texts = data.texts.links;
  const chosen = end === undefined ? "keep" : "minutes" in end ? String(end.minutes) : "until";
  const choose = (value: string) => {
    if (value === "keep") onChange(undefined);
    else if (value === "until") onChange({ until: localTime(Date.now() + 7 * DAY * 60_000) });
    else onChange({ minutes: Number(value) });
  };
  return (
    <>
      <Field label={texts.end} error={error}>
        {(ids) => (
          <select {...ids} value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
            {keep !== undefined && <option value="keep">{keep}</option>}
            {CHOICES.map((minutes) => (
              <option key={minutes} value={String(minutes)}>
                {locale.say(texts.inDays, { count: minutes / DAY })}
              </option>
            ))}
            <option value="until">{texts.atMoment}</option>
          </select>
        )}
      </Field>
      {end !== undefined && "until" in end && (
        <Field label={texts.endMoment}>
          {(ids) => (
            <input
              {...ids}
              type="datetime-local"
              required
              value={end.until}
              min={localTime(Date.now() + 15 * 60_000)}
              max={localTime(Date.now() + 365 * DAY * 60_000)}
              onInput={(event) => onChange({ until: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}

/** A moment as the value of `<input type="datetime-local">`, in the reader's own time. @param at Unix milliseconds */
function localTime(at: number): string {
  const offset = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - offset).toISOString().slice(0, 16);
}

/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import { Field } from "../../../kit/field.tsx";
import { FIRST_DAY, LAST_DAY, TIMES, readDay, type Period } from "./period.ts";
import { usePhotos } from "./photos-context.ts";

/** What is in the two fields, which may be no day yet, or days that go backwards. */
type Draft = {
  from: string;
  to: string;
  /** The field that was typed into last: what is wrong is said there. */
  last?: "from" | "to";
  /** It was left without a whole day in it. */
  isUnfinished?: boolean;
};

const isDay = (text: string) => readDay(text) !== "";

/** Days that the photos came in, or were taken in: the first and the last one. They count as soon as they are whole and in this order. */
export function PeriodFields() {
  const { texts, selection, select } = usePhotos();
  const { from, to } = selection;
  // Days are typed a digit at a time: only what is right goes into the address.
  const [draft, setDraft] = useState<Draft>({ from, to });
  useEffect(() => setDraft({ from, to }), [from, to]);
  const time = selection.time || timeOfOrder(selection.order);
  const backwards = isDay(draft.from) && isDay(draft.to) && draft.from > draft.to;

  const change = (name: "from" | "to", { value, validity }: HTMLInputElement) => {
    const next: Draft = { ...draft, [name]: value, last: name, isUnfinished: false };
    setDraft(next);
    if (validity.badInput || ![next.from, next.to].every((day) => day === "" || isDay(day))) return;
    if (next.from !== "" && next.to !== "" && next.from > next.to) return;
    if (next.from !== from || next.to !== to) select({ time, from: next.from, to: next.to });
  };
  const errorOf = (name: "from" | "to") => {
    if (draft.last !== name) return undefined;
    if (draft.isUnfinished) return texts.wholeDay;
    return backwards ? texts.backwards : undefined;
  };
  const day = (name: "from" | "to", label: string) => (
    <Field label={label} error={errorOf(name)}>
      {(ids) => (
        <input
          {...ids}
          type="date"
          min={FIRST_DAY}
          max={LAST_DAY}
          value={draft[name]}
          onInput={({ currentTarget }) => change(name, currentTarget)}
          onBlur={({ currentTarget: { validity } }) =>
            !validity.valid && setDraft({ ...draft, last: name, isUnfinished: true })
          }
        />
      )}
    </Field>
  );
  return (
    <div role="group" aria-label={texts.time} class="filter-period">
      <Field label={texts.time}>
        {(ids) => (
          <select
            {...ids}
            value={time}
            onChange={({ currentTarget }) =>
              select({ time: currentTarget.value as Period["time"] })
            }
          >
            {TIMES.map((one) => (
              <option key={one} value={one} selected={one === time}>
                {texts[one]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {day("from", texts.firstDay)}
      {day("to", texts.lastDay)}
    </div>
  );
}

/** Who looks at photos by the time when they were taken means that one, unless another one is said. */
function timeOfOrder(order: string): (typeof TIMES)[number] {
  return order.startsWith("taken") ? "taken" : "arrived";
}

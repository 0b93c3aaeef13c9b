/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { FieldWords, type Input } from "./field-words.ts";

export type FieldIds = {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
};

/**
 * One field of a form: its label, the field itself, and below it what may be written there or what is wrong with it: `error`, or
 * what a browser finds when the form is sent, which `wrong` may say in better words.
 * `children` draws the field with the ids that tie the three together.
 */
export function Field({
  label,
  hint,
  error,
  wrong,
  children,
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  wrong?: (validity: ValidityState) => string | undefined;
  children: (ids: FieldIds) => ComponentChildren;
}) {
  const id = useId();
  const found = useWrong(wrong);
  const bad = found.words ?? error;
  const note = bad ?? hint;
  return (
    <div class="field" onInvalidCapture={found.onInvalid}>
      <label for={id}>{label}</label>
      {children({
        id,
        "aria-describedby": note === undefined ? undefined : `${id}-note`,
        "aria-invalid": bad !== undefined,
      })}
      {note !== undefined && (
        <p id={`${id}-note`} class={bad === undefined ? "hint" : "hint bad"}>
          {note}
        </p>
      )}
    </div>
  );
}

/**
 * What the browser has found wrong with the field when its form was to be sent, in the page's words, until that is mended. Of
 * several fields the first one gets the focus.
 */
function useWrong(better: ((validity: ValidityState) => string | undefined) | undefined) {
  const say = useContext(FieldWords);
  const input = useRef<Input>(undefined);
  const [words, setWords] = useState<string>();
  const wantsFocus = useRef(false);
  const wordsOf = (of: Input) =>
    of.validity.valid ? undefined : (better?.(of.validity) ?? say?.(of));
  // Whatever is typed draws the field again, and so does another limit.
  useEffect(() => {
    if (input.current && words !== undefined) setWords(wordsOf(input.current));
    // Not before the words are there, which screen readers say with the field.
    if (wantsFocus.current && words !== undefined) {
      wantsFocus.current = false;
      input.current?.focus();
    }
  });
  const onInvalid = (event: Event) => {
    if (say === undefined) return;
    event.preventDefault();
    const target = event.target as Input;
    input.current = target;
    wantsFocus.current = isFirst(target);
    setWords(wordsOf(target));
  };
  return { words, onInvalid };
}

function isFirst(input: Input): boolean {
  const inputs = [...(input.form?.elements ?? [])] as Input[];
  return inputs.find(({ validity }) => validity?.valid === false) === input;
}

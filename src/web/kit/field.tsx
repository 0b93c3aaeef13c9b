/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export type FieldIds = {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
};

/**
 * One field of a form: its label, the field itself, and below it what may be written there or what is wrong with it.
 * `children` draws the field with the ids that tie the three together.
 */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  children: (ids: FieldIds) => ComponentChildren;
}) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        "aria-describedby": note === undefined ? undefined : `${id}-note`,
        "aria-invalid": error !== undefined,
      })}
      {note !== undefined && (
        <p id={`${id}-note`} class={error === undefined ? "hint" : "hint bad"}>
          {note}
        </p>
      )}
    </div>
  );
}

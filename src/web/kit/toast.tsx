/** @jsxImportSource preact */
import { signal } from "@preact/signals";
import { Button } from "./button.tsx";

export type ToastAction = { label: string; run: () => void };

type Toast = { id: number; text: string; action: ToastAction | undefined };

/** Long enough to be read, and to be undone. */
const SHOWN_MS = 8_000;

const toasts = signal<readonly Toast[]>([]);
let last = 0;

/** Says something for some seconds at the lower edge of the page, perhaps with a way to undo it. */
export function toast(text: string, action?: ToastAction): void {
  const id = (last += 1);
  toasts.value = [...toasts.value, { id, text, action }];
  setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((shown) => shown.id !== id);
}

/** Where toasts appear: once on a page. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, action }) => (
        <div class="toast" key={id}>
          <span>{text}</span>
          {action !== undefined && (
            <Button
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}

/** @jsxImportSource preact */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Button } from "./button.tsx";

export type ToastAction = { label: string; run: () => void };

type Toast = { id: number; text: string; action: ToastAction | undefined };

/** Long enough to be read, and to be undone by whoever is quick: it is longer for those who have come to it (WCAG 2.2.1). */
const SHOWN_MS = 8_000;

const toasts = signal<readonly Toast[]>([]);
let last = 0;

/** Says something for some seconds at the lower edge of the page, perhaps with a way to undo it. */
export function toast(text: string, action?: ToastAction): void {
  toasts.value = [...toasts.value, { id: (last += 1), text, action }];
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((shown) => shown.id !== id);
}

/** Where toasts appear: once on a page. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((shown) => (
        <ShownToast key={shown.id} {...shown} />
      ))}
    </div>
  );
}

/** Goes by itself, but not while the pointer or the focus is on it. */
function ShownToast({ id, text, action }: Toast) {
  const [hasPointer, setHasPointer] = useState(false);
  const [hasFocus, setHasFocus] = useState(false);
  const isHeld = hasPointer || hasFocus;
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, isHeld]);
  return (
    <div
      class="toast"
      onPointerEnter={() => setHasPointer(true)}
      onPointerLeave={() => setHasPointer(false)}
      onFocusIn={() => setHasFocus(true)}
      // Where the whole window has lost the focus, it comes back to the same place.
      onFocusOut={({ currentTarget }) =>
        setHasFocus(currentTarget.contains(document.activeElement))
      }
    >
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
  );
}

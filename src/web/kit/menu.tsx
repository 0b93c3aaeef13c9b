/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

/**
 * A button that opens a small panel below it: of further actions, or of a form. Escape, a press elsewhere, the focus going elsewhere and a choice
 * close it.
 * @param icon what the button shows; `label` is said, and shown beside it where `words` are given
 * @param children gets what closes the panel
 */
export function Menu({
  icon,
  label,
  words,
  side = "right",
  children,
}: {
  icon: IconName;
  label: string;
  words?: ComponentChildren;
  /** The edge of the button that the panel begins at. */
  side?: "left" | "right";
  children: (close: () => void) => ComponentChildren;
}) {
  const [open, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = () => {
    setOpen(false);
    if (whole.current?.contains(document.activeElement)) button.current?.focus();
  };
  useLayoutEffect(() => {
    if (panel.current) keepWithin(panel.current);
  }, [open]);
  useEffect(() => {
    if (!open) return;
    const pressed = ({ target }: PointerEvent) => {
      if (target instanceof Node && !whole.current?.contains(target)) setOpen(false);
    };
    addEventListener("pointerdown", pressed);
    return () => removeEventListener("pointerdown", pressed);
  }, [open]);
  return (
    <div
      class={`menu ${side}`}
      ref={whole}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close();
      }}
      onFocusOut={({ relatedTarget: to }) => {
        // It goes to nothing where the window loses it, or where text in the panel is pressed.
        if (to instanceof Node && !whole.current?.contains(to)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        class={words === undefined ? "icon-button" : "button plain"}
        aria-label={words === undefined ? label : undefined}
        title={words === undefined ? label : undefined}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon name={icon} />
        {words}
      </button>
      {open && (
        <div ref={panel} class="menu-panel" id={id} role="group" aria-label={label}>
          {children(close)}
        </div>
      )}
    </div>
  );
}

/** Pixels that a panel stays away from the edges of the window. */
const MARGIN = 8;

/** Moves a panel that would be cut off at the side of the window into it. */
function keepWithin(panel: HTMLElement): void {
  const { left, right } = panel.getBoundingClientRect();
  const over = Math.max(0, right + MARGIN - document.documentElement.clientWidth);
  const by = Math.min(over, left - MARGIN);
  if (by !== 0 && (over > 0 || left < MARGIN)) panel.style.translate = `${-by}px`;
}

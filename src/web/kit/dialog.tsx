/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";

/**
 * A dialog over the page. The browser keeps the focus in it and gives it back afterwards; Escape closes it. It is there for
 * as long as it is drawn.
 * @param onClose called once, after the dialog was closed by whoever looks at it
 */
export function Dialog({
  heading,
  closeLabel,
  onClose,
  children,
}: {
  heading: string;
  closeLabel: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOver = useRef(false);
  const id = useId();
  // A browser gives the focus back where the dialog is closed while it is in the document. When useEffect cleans up, it is out already.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      // It is not drawn any more: whoever draws it knows that.
      isOver.current = true;
      shown?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={id}
      onClose={() => isOver.current || onClose()}
    >
      <header>
        <h2 id={id}>{heading}</h2>
        <IconButton icon="cross" label={closeLabel} onClick={() => dialog.current?.close()} />
      </header>
      {children}
    </dialog>
  );
}

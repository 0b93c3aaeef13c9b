/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";

/** The upper edge of a view, which stays in place while the view scrolls: its heading, and its buttons (`children`). */
export function ViewHead({ heading, children }: { heading: string; children?: ComponentChildren }) {
  return (
    <header class="view-head">
      <h1>{heading}</h1>
      {children}
    </header>
  );
}

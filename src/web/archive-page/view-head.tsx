/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";

/** The upper edge of a view, which stays while the view is scrolled: its heading, and what can be done with all of it. */
export function ViewHead({ heading, children }: { heading: string; children?: ComponentChildren }) {
  return (
    <header class="view-head">
      <h1>{heading}</h1>
      {children}
    </header>
  );
}

import { useEffect } from "preact/hooks";
import { effect, type ReadonlySignal } from "@preact/signals";

/**
 * Keeps the focus where somebody works: the button that had it may be gone with the state of its file, and then it would
 * fall back to the start of the page. It goes to another button of the same row, to the row, or to the one that came after it.
 * @param changes whatever draws the list anew
 */
export function useKeptFocus(changes: ReadonlySignal<unknown>): void {
  useEffect(() => {
    let last: Place | undefined;
    const notice = ({ target }: Event) => {
      last = target instanceof HTMLElement ? placeOf(target) : undefined;
    };
    // A click beside all buttons, or the key Tab, takes the focus away on purpose: it is not brought back.
    const forget = (event: Event) => {
      if (!(event instanceof KeyboardEvent) || event.key === "Tab") last = undefined;
    };
    document.addEventListener("focusin", notice);
    document.addEventListener("pointerdown", forget);
    document.addEventListener("keydown", forget);
    const stop = effect(() => {
      void changes.value;
      // When the list has been drawn anew.
      requestAnimationFrame(() => setTimeout(() => restore(last)));
    });
    return () => {
      stop();
      document.removeEventListener("focusin", notice);
      document.removeEventListener("pointerdown", forget);
      document.removeEventListener("keydown", forget);
    };
  }, [changes]);
}

type Place = { element: HTMLElement; row: HTMLElement; following: Element[] };

/** Where the focus is in the list; undefined for an element outside of its rows. */
function placeOf(element: HTMLElement): Place | undefined {
  const row = element.closest<HTMLElement>("[data-row]");
  if (row === null) return undefined;
  const rows = [...(row.parentElement?.children ?? [])];
  return { element, row, following: rows.slice(rows.indexOf(row) + 1) };
}

function restore(place: Place | undefined): void {
  if (place === undefined) return;
  const lost = document.activeElement === null || document.activeElement === document.body;
  if (!lost) return;
  const candidates = [
    place.element,
    ...buttonsOf(place.row),
    place.row,
    ...place.following.flatMap((row) => buttonsOf(row)),
    document.getElementById("files"),
    document.getElementById("ending-heading"),
  ];
  for (const candidate of candidates) {
    if (!(candidate instanceof HTMLElement) || !candidate.isConnected) continue;
    candidate.focus();
    if (document.activeElement === candidate) return;
  }
}

function buttonsOf(row: Element): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>("button")];
}

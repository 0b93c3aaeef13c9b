import type { Announcer } from "./announce.ts";
import { allArrived, type Entry } from "./entries.ts";
import { leave, tell } from "./leave.ts";
import type { BrowserReturn } from "./transfer/outcome.ts";
import { countFiles } from "./wording.ts";

/** Long enough for "All done" to be seen, and begun to be spoken. */
const pauseBeforeLeavingMs = 1_500;

export type Ending = {
  /** Shows, or takes back, what is to be seen when every file has arrived. */
  update(entries: readonly Entry[]): void;
  /** The browser is on its way to where the outcome belongs. */
  leaving(): boolean;
};

export type EndingParts = {
  section: HTMLElement;
  heading: HTMLElement;
  sentence: HTMLElement;
  button: HTMLButtonElement;
};

/** `single`: there was one place only, so nothing can follow and the page goes on by itself. */
export function createEnding(parts: EndingParts, single: boolean, announcer: Announcer): Ending {
  let returns: BrowserReturn[] = [];
  let shownFor = 0;
  let left = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const go = () => {
    if (left || returns.length === 0) return;
    left = true;
    clearTimeout(timer);
    parts.sentence.textContent = "Taking you back…";
    void leave(returns);
  };
  parts.button.addEventListener("click", go);

  // Closed without "Finish": the files are there all the same, and their backend should know.
  window.addEventListener("pagehide", () => {
    if (left) return;
    left = true;
    for (const to of returns) void tell(to);
  });
  // Brought back by the back button as it was: what was told is told.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  return {
    leaving: () => left,
    update(entries) {
      const arrived = entries.filter((entry) => entry.state === "done");
      returns = arrived.flatMap((entry) => (entry.return === null ? [] : [entry.return]));
      const over = allArrived(entries);
      parts.section.hidden = !over;
      if (!over) {
        clearTimeout(timer);
        shownFor = 0;
        return;
      }
      if (left || shownFor === arrived.length) return;
      shownFor = arrived.length;
      parts.heading.textContent = returns.length > 0 ? "All done" : "Thank you";
      parts.button.hidden = returns.length === 0;
      parts.sentence.textContent = sentenceFor(arrived.length, returns.length > 0, single);
      announcer.say(`${parts.heading.textContent}. ${parts.sentence.textContent}`);
      if (single && returns.length > 0) timer = setTimeout(go, pauseBeforeLeavingMs);
    },
  };
}

function sentenceFor(count: number, returns: boolean, single: boolean): string {
  const arrived = count === 1 ? "Your file has arrived." : `${countFiles(count)} have arrived.`;
  if (!returns) return arrived;
  return single ? `${arrived} Taking you back…` : `${arrived} Press Finish to go on.`;
}

import { percent } from "../kit/locale.ts";

export type Announcer = {
  say(sentence: string): void;
  /** Says the progress of a file at each quarter, and no oftener. */
  progress(name: string, fraction: number): void;
};

/** Speaks through an aria-live region. Sentences of the same moment are said together. */
export function createAnnouncer(region: HTMLElement): Announcer {
  let pending: string[] = [];
  const quarters = new Map<string, number>();

  const flush = () => {
    region.textContent = pending.join(" ");
    pending = [];
  };

  const say = (sentence: string) => {
    pending.push(sentence);
    if (pending.length === 1) setTimeout(flush, 250);
  };

  return {
    say,
    progress(name, fraction) {
      const quarter = Math.floor(percent(fraction) / 25);
      const before = quarters.get(name) ?? 0;
      quarters.set(name, quarter);
      if (quarter > before && quarter < 4) say(`${name}: ${quarter * 25} %.`);
    },
  };
}

import { effect, type ReadonlySignal } from "@preact/signals";
import { percent } from "../kit/locale.ts";
import type { Words } from "./choosing/limits.ts";
import type { Totals } from "./upload-list.ts";

/** Says in the tab's title how far the sending is. */
export function showInTitle(totals: ReadonlySignal<Totals>, { texts, locale }: Words): void {
  const title = document.title;
  effect(() => {
    const { active, paused, size, sent, done } = totals.value;
    const underWay = active + paused > 0;
    const progress = { percent: percent(size === 0 ? 0 : sent / size), title };
    if (underWay) document.title = locale.say(texts.tab.sending, progress);
    else document.title = done > 0 ? locale.say(texts.tab.done, { title }) : title;
  });
}

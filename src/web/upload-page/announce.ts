import { effect, signal, type ReadonlySignal } from "@preact/signals";
import { percent } from "../kit/locale.ts";
import { describeRefusal } from "./detail.ts";
import type { FileLimits, Words } from "./choosing/limits.ts";
import type { Transfer } from "./transfer/types.ts";
import type { UploadList } from "./upload-list.ts";

/** More than this many files of one moment are said as a number. */
const MOST_NAMES = 2;
/** What happens within so many milliseconds is said together. */
const MOMENT_MS = 400;

export type Announcer = {
  /** What a screen reader reads out. */
  text: ReadonlySignal<string>;
  say(sentence: string): void;
};

export function createAnnouncer(): Announcer {
  const text = signal("");
  let pending: string[] = [];
  const flush = () => {
    // The same sentence once more would be no change, and not be read.
    const sentences = pending.join(" ");
    text.value = sentences === text.value ? `${sentences} ` : sentences;
    pending = [];
  };
  return {
    text,
    say(sentence) {
      if (pending.length === 0) setTimeout(flush, MOMENT_MS);
      pending.push(sentence);
    },
  };
}

/**
 * Says what becomes of the files: arrivals, refusals, and at each quarter how much of all of them the server has; bytes that have
 * only gone out may have to be sent again. No more than that.
 */
export function announceFiles(
  list: Pick<UploadList, "states" | "totals" | "row">,
  limits: FileLimits,
  words: Words,
  { say }: Pick<Announcer, "say">,
): void {
  const { texts, locale } = words;
  let before: ReadonlyMap<string, Transfer["state"]> = new Map();
  let quarter = 0;
  let over: Transfer[] = [];

  const flush = () => {
    const arrived = over.filter(({ state }) => state === "done");
    const refused = over.filter(({ state }) => state === "refused");
    over = [];
    if (arrived.length > MOST_NAMES) say(locale.say(texts.announce.arrivedMany, count(arrived)));
    else for (const { name } of arrived) say(locale.say(texts.announce.arrived, { name }));
    if (refused.length > MOST_NAMES) say(locale.say(texts.announce.refusedMany, count(refused)));
    else {
      for (const file of refused) {
        const reason = describeRefusal(file, limits, words);
        say(locale.say(texts.announce.refused, { name: file.name, reason }));
      }
    }
  };

  effect(() => {
    const now = list.states.value;
    for (const [id, state] of now) {
      if (state === before.get(id) || (state !== "done" && state !== "refused")) continue;
      const transfer = list.row(id)?.peek();
      if (transfer === undefined) continue;
      if (over.length === 0) setTimeout(flush, MOMENT_MS);
      over.push(transfer);
    }
    before = now;
  });
  effect(() => {
    const { size, stored, active } = list.totals.value;
    const passed = active === 0 ? 0 : Math.floor(percent(size === 0 ? 0 : stored / size) / 25);
    if (passed > quarter) say(locale.say(texts.announce.progress, { percent: passed * 25 }));
    quarter = passed;
  });
}

const count = (files: readonly unknown[]) => ({ count: files.length });

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Engine } from "./transfer/types.ts";
import type { UploadList } from "./upload-list.ts";
import type { Chosen } from "./choosing/chosen.ts";
import type { FileLimits, Words } from "./choosing/limits.ts";
import { sortOut, turnedAwayId } from "./choosing/sort-out.ts";

export type Choice = {
  /** What there is to say about what was chosen last; "" if nothing. */
  note: ReadonlySignal<string>;
  /** Folders are being looked through. */
  reading: ReadonlySignal<boolean>;
  /** Sends what was chosen, as far as it may be sent; lists the rest with reasons. */
  take(chosen: Chosen | Promise<Chosen>): Promise<void>;
};

export type ChoiceParts = {
  engine: Engine;
  list: UploadList;
  limits: FileLimits;
  words: Words;
  places(): number;
  say(sentence: string): void;
};

export function createChoice(parts: ChoiceParts): Choice {
  const { engine, list, limits, words } = parts;
  const { texts, locale } = words;
  const note = signal("");
  const reading = signal(false);

  const decide = ({ picked, unreadable }: Chosen) => {
    const { wanted, refused, repeated } = sortOut(
      picked,
      engine.transfers(),
      limits,
      parts.places(),
    );
    for (const one of wanted) {
      const before = turnedAwayId(one);
      if (list.row(before) !== undefined) list.remove(before);
    }
    const files = picked.map(({ file }) => file);
    const chosen = [...engine.add(wanted), ...refused];
    list.show(chosen.sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file)));
    if (wanted.length > 0) parts.say(locale.say(texts.announce.sending, { count: wanted.length }));
    // Whoever chooses a file again that is paused wants it to go on.
    for (const { id } of repeated) {
      if (engine.transfer(id)?.state === "paused") engine.resume(id);
    }
    const noted: string[] = [];
    if (picked.length === 0 && unreadable === 0) noted.push(texts.choice.nothing);
    if (repeated.length > 0) noted.push(describeRepeated(repeated, words));
    if (unreadable > 0) noted.push(locale.say(texts.choice.unreadable, { count: unreadable }));
    note.value = noted.join(" ");
  };

  return {
    note,
    reading,
    async take(chosen) {
      reading.value = true;
      try {
        decide(await chosen);
      } finally {
        reading.value = false;
      }
    },
  };
}

function describeRepeated(repeated: readonly { name: string }[], { texts, locale }: Words): string {
  const [first] = repeated;
  const values = { count: repeated.length, name: first?.name ?? "" };
  return locale.say(texts.choice.repeated, values);
}

import type { Language } from "./language.ts";

/**
 * A text with places for values: "Up to {size} each". Where it depends on a number, which is its value `count`, it
 * has a form for one and a form for all others.
 */
export type Message = string | { readonly one: string; readonly other: string };

/** The same messages in another language: each of them, and no other. */
export type Translated<Source> = {
  readonly [Name in keyof Source]: Source[Name] extends string
    ? string
    : Source[Name] extends { one: string; other: string }
      ? Exclude<Message, string>
      : Translated<Source[Name]>;
};

export type MessageValues = Readonly<Record<string, string | number>>;

const rules = new Map<Language, Intl.PluralRules>();
const numbers = new Map<Language, Intl.NumberFormat>();

/** The text with its values put in; numbers as the language writes them. */
export function fill(message: Message, language: Language, values: MessageValues = {}): string {
  const text = typeof message === "string" ? message : chooseForm(message, language, values);
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? writeNumber(value, language) : value;
  });
}

function chooseForm(
  message: Exclude<Message, string>,
  language: Language,
  { count = 0 }: MessageValues,
): string {
  const rule = remembered(rules, language, () => new Intl.PluralRules(language));
  return rule.select(Number(count)) === "one" ? message.one : message.other;
}

function writeNumber(value: number, language: Language): string {
  return remembered(numbers, language, () => new Intl.NumberFormat(language)).format(value);
}

/** Making one of these takes as long as a hundred uses of it. */
function remembered<Format>(
  formats: Map<Language, Format>,
  language: Language,
  make: () => Format,
): Format {
  const known = formats.get(language);
  if (known !== undefined) return known;
  const made = make();
  formats.set(language, made);
  return made;
}

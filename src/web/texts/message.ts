/**
 * A text with places for values: "Up to {size} each". Where it depends on a number, which is its value `count`, it
 * has a form for one and a form for all others.
 */
export type Message = string | { readonly one: string; readonly other: string };

/**
 * The same messages in another language: each of them, and no other. One that has forms in English may do without where
 * nothing in it depends on the number.
 */
export type Translated<Source> = {
  readonly [Name in keyof Source]: Source[Name] extends string
    ? string
    : Source[Name] extends { one: string; other: string }
      ? Message
      : Translated<Source[Name]>;
};

export type MessageValues = Readonly<Record<string, string | number>>;

const rules = new Map<string, Intl.PluralRules>();
const numbers = new Map<string, Intl.NumberFormat>();

/**
 * The text with its values put in; numbers as the language writes them.
 * @param language tag for `Intl`, with a region or without
 */
export function fill(message: Message, language: string, values: MessageValues = {}): string {
  const text = typeof message === "string" ? message : chooseForm(message, language, values);
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? writeNumber(value, language) : value;
  });
}

function chooseForm(
  message: Exclude<Message, string>,
  language: string,
  { count = 0 }: MessageValues,
): string {
  const rule = remembered(rules, language, () => new Intl.PluralRules(language));
  return rule.select(Number(count)) === "one" ? message.one : message.other;
}

function writeNumber(value: number, language: string): string {
  return remembered(numbers, language, () => new Intl.NumberFormat(language)).format(value);
}

/** Regions are the reader's word: on the server nobody may fill the memory with them. */
const MOST_REMEMBERED = 50;

/** Making one of these takes as long as a hundred uses of it. */
function remembered<Format>(
  formats: Map<string, Format>,
  language: string,
  make: () => Format,
): Format {
  const known = formats.get(language);
  if (known !== undefined) return known;
  const made = make();
  if (formats.size >= MOST_REMEMBERED) formats.clear();
  formats.set(language, made);
  return made;
}

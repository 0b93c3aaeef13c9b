import { createContext } from "preact";
import type { ArchiveTexts } from "../texts/texts.ts";
import type { Locale } from "./locale.ts";

/** What a form's field may be: browsers check what is in it against its attributes (`required`, `min`, `maxlength` …). */
export type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Says what is wrong with what is in a field. */
export type SayWrong = (input: Input) => string;

/** How the page says that. Without it browsers do, in their own language. */
export const FieldWords = createContext<SayWrong | undefined>(undefined);

type FieldTexts = ArchiveTexts["fields"];

/** What is wrong with what is in a field, in the page's language, as the browser has found out. */
export function describeWrong(input: Input, texts: FieldTexts, locale: Locale): string {
  const { validity, type } = input;
  const isMoment = type.startsWith("date");
  if (validity.badInput) return isMoment ? texts.moment : texts.number;
  if (validity.valueMissing) return isMoment ? texts.moment : texts.missing;
  if (validity.stepMismatch) return texts.whole;
  if (!(input instanceof HTMLInputElement)) return texts.other;
  const bound = (value: string) =>
    isMoment ? locale.moment(Date.parse(value)) : locale.number(Number(value));
  if (validity.rangeUnderflow) {
    return locale.say(isMoment ? texts.earliest : texts.least, { bound: bound(input.min) });
  }
  if (validity.rangeOverflow) {
    return locale.say(isMoment ? texts.latest : texts.most, { bound: bound(input.max) });
  }
  return texts.other;
}

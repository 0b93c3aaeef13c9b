import { countUnits } from "../../units.ts";
import { regionalTag, type Language } from "../texts/language.ts";
import { fill, type Message, type MessageValues } from "../texts/message.ts";

/** How a language writes what pages say. Made once for a page. */
export type Locale = {
  /** For `Intl`: the page's language, as the reader's region writes it. */
  tag: string;
  say(message: Message, values?: MessageValues): string;
  number(value: number): string;
  /** Bytes, such as "1.5 MB", in decimal units as everywhere (units.ts). */
  size(bytes: number): string;
  /** The same of a limit, which is never said to be larger than it is: 100 GiB are said as 100 GB, 10.49 million bytes as 10.4 MB. */
  limit(bytes: number): string;
  /** What a unit of sizes is called: "MB", in French "Mo". */
  unit(unit: "megabyte" | "gigabyte"): string;
  /** Bytes per second, such as "1.5 MB/s". */
  speed(bytesPerSecond: number): string;
  /** Milliseconds since 1970, in the reader's time zone: "Friday, 27 November, 18:00"; with its year, where it is not that of `now`. */
  moment(at: number, now?: number): string;
  /** Milliseconds since 1970: "27 Nov 2026". */
  date(at: number): string;
  /** Seconds, coarse on purpose: "5 minutes". A number that jumps helps nobody. */
  duration(seconds: number): string;
  /** The same as what is to come: "in 5 minutes". */
  inTime(seconds: number): string;
  /** "a, b and c". */
  list(words: readonly string[]): string;
};

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

const MOMENT: Intl.DateTimeFormatOptions = {
  weekday: "long",
  day: "numeric",
  month: "long",
  hour: "numeric",
  minute: "2-digit",
};

/** @param liked the reader's language tags, best first: what the page's language leaves open is written as their region does */
export function createLocale(language: Language, liked: readonly string[] = []): Locale {
  const tag = regionalTag(language, liked);
  const numbers = new Intl.NumberFormat(tag);
  const moments = new Intl.DateTimeFormat(tag, MOMENT);
  const momentsWithYear = new Intl.DateTimeFormat(tag, { ...MOMENT, year: "numeric" });
  const dates = new Intl.DateTimeFormat(tag, { dateStyle: "medium" });
  const lists = new Intl.ListFormat(tag, { type: "conjunction" });
  const size = (bytes: number) => writeSize(bytes, tag);
  return {
    tag,
    say: (message, values) => fill(message, tag, values),
    number: (value) => numbers.format(value),
    size,
    limit: (bytes) => writeSize(inDecimal(bytes), tag, "floor"),
    unit: (unit) => unitName(unit, tag),
    speed: (bytesPerSecond) => `${size(bytesPerSecond)}/s`,
    moment: (at, now = Date.now()) =>
      (yearOf(at) === yearOf(now) ? moments : momentsWithYear).format(at),
    date: (at) => dates.format(at),
    duration: (seconds) => writeDuration(seconds, tag),
    inTime: (seconds) => new Intl.RelativeTimeFormat(tag).format(...coarse(seconds)),
    list: (words) => lists.format(words),
  };
}

const yearOf = (at: number) => new Date(at).getFullYear();

/** A number that is whole in binary units, of as many decimal ones, which are a little less: who set 100 GiB thinks of 100. */
function inDecimal(limit: number): number {
  const unit = Math.max(0, Math.floor(Math.log2(limit) / 10));
  const number = limit / 1024 ** unit;
  return Number.isInteger(number) ? number * 1000 ** unit : limit;
}

function writeSize(bytes: number, tag: string, roundingMode?: "floor"): string {
  const { value, unit, digits } = countUnits(bytes, UNITS.length - 1);
  return writeUnit(value, UNITS[unit] ?? "byte", tag, {
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: digits,
    ...(roundingMode && { roundingMode }),
  });
}

function writeDuration(seconds: number, tag: string): string {
  const [value, unit] = coarse(seconds);
  return writeUnit(value, unit, tag, { unitDisplay: "long" });
}

function coarse(seconds: number): [number, "second" | "minute" | "hour" | "day"] {
  if (seconds < 55) return [Math.max(10, Math.ceil(seconds / 10) * 10), "second"];
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return [minutes, "minute"];
  const hours = Math.round(minutes / 60);
  return hours < 48 ? [hours, "hour"] : [Math.round(hours / 24), "day"];
}

function writeUnit(
  value: number,
  unit: string,
  tag: string,
  options: Intl.NumberFormatOptions,
): string {
  return new Intl.NumberFormat(tag, { style: "unit", unit, ...options }).format(value);
}

function unitName(unit: string, tag: string): string {
  const parts = new Intl.NumberFormat(tag, { style: "unit", unit }).formatToParts(1);
  return parts.find(({ type }) => type === "unit")?.value ?? unit;
}

/** 0 to 1 -> whole per cent; 100 is said only when it is true. */
export function percent(fraction: number): number {
  return fraction >= 1 ? 100 : Math.max(0, Math.min(99, Math.floor(fraction * 100)));
}

/** How the reader's language writes days of the list, which are `YYYY-MM-DD`. */
export type DayNames = {
  /** "Friday, 27 November", with the year where it is not this one. */
  long(day: string): string;
  /** For a narrow place: "27 Nov", "27 Nov 2024". */
  short(day: string): string;
  /** "27 Nov 2026". */
  date(day: string): string;
  /** "3–9 May 2026"; of one day alone, "3 May 2026". */
  span(first: string, last: string): string;
  /** "November 2026". */
  month(day: string): string;
};

/** @param tag of the reader's language, for `Intl`: "en-GB" */
export function createDayNames(tag: string): DayNames {
  const thisYear = String(new Date().getFullYear());
  const formatOf = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { ...options, timeZone: "UTC" });
  const write = (options: Intl.DateTimeFormatOptions) => {
    const format = formatOf(options);
    return (day: string) => format.format(midnightOf(day));
  };
  const dates = formatOf({ dateStyle: "medium" });
  const long = { weekday: "long", day: "numeric", month: "long" } as const;
  const short = { day: "numeric", month: "short" } as const;
  const names = {
    long: write(long),
    longWithYear: write({ ...long, year: "numeric" }),
    short: write(short),
    shortWithYear: write({ ...short, year: "numeric" }),
    month: write({ month: "long", year: "numeric" }),
  };
  const isThisYear = (day: string) => day.startsWith(thisYear);
  return {
    long: (day) => (isThisYear(day) ? names.long(day) : names.longWithYear(day)),
    short: (day) => (isThisYear(day) ? names.short(day) : names.shortWithYear(day)),
    date: (day) => dates.format(midnightOf(day)),
    span: (first, last) => dates.formatRange(midnightOf(first), midnightOf(last)),
    month: names.month,
  };
}

const midnightOf = (day: string) => new Date(`${day}T00:00:00Z`);

/** Seconds of a video as players write them: "0:42", "1:02:03". */
export function writeLength(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const start = hours > 0 ? `${hours}:${two(minutes)}` : String(minutes);
  return `${start}:${two(whole % 60)}`;
}

const two = (value: number) => String(value).padStart(2, "0");

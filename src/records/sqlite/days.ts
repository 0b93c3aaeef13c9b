import type { SegmentCut, TimeSpan } from "../records.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const WEEK_MS = 7 * DAY_MS;

/** A day by the clocks that are meant: `YYYY-MM-DD`, and the time that it takes. */
export type Day = { name: string } & TimeSpan;

/** @returns what finds the day of a moment, in milliseconds since 1970, by the clocks of a time zone or by those that are so far ahead of UTC */
export function daysBy({ timeZone, utcOffset }: SegmentCut): (at: number) => Day {
  return timeZone === undefined ? daysAhead(utcOffset * MINUTE_MS) : daysIn(timeZone);
}

function daysAhead(ahead: number): (at: number) => Day {
  return (at) => {
    const midnight = Math.floor((at + ahead) / DAY_MS) * DAY_MS;
    return { name: nameOf(midnight), from: midnight - ahead, until: midnight + DAY_MS - ahead };
  };
}

function daysIn(timeZone: string): (at: number) => Day {
  const aheadAt = byWeeks(aheadOf(timeZone));
  /** When the clocks show this midnight for the first time; or, where they are put forward over it, when that happens. */
  const beginning = (midnight: number) => {
    const ahead = [aheadAt(midnight - DAY_MS), aheadAt(midnight + DAY_MS)];
    const moments = ahead.map((ms) => midnight - ms).toSorted((one, other) => one - other);
    return moments.find((at) => at + aheadAt(at) === midnight) ?? Math.max(...moments);
  };
  return (at) => {
    const midnight = Math.floor((at + aheadAt(at)) / DAY_MS) * DAY_MS;
    return {
      name: nameOf(midnight),
      from: beginning(midnight),
      until: beginning(midnight + DAY_MS),
    };
  };
}

const nameOf = (midnight: number) => new Date(midnight).toISOString().split("T")[0] ?? "";

/**
 * The same, asked for once for each week, since a list may have ten thousand days; and at the moment itself in a week in which
 * it changes. No time zone changes its clocks twice in a week.
 */
function byWeeks(aheadAt: (at: number) => number): (at: number) => number {
  const known = new Map<number, number>();
  const atWeek = (week: number) => {
    const ahead = known.get(week) ?? aheadAt(week * WEEK_MS);
    known.set(week, ahead);
    return ahead;
  };
  return (at) => {
    const week = Math.floor(at / WEEK_MS);
    const ahead = atWeek(week);
    return ahead === atWeek(week + 1) ? ahead : aheadAt(at);
  };
}

/** How far the clocks of a time zone are ahead of UTC at a moment, in milliseconds. */
function aheadOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (at) => {
    const second = Math.floor(at / 1000) * 1000;
    const shown = new Map(format.formatToParts(second).map(({ type, value }) => [type, +value]));
    const of = (part: Intl.DateTimeFormatPartTypes) => shown.get(part) ?? 0;
    const clock = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"));
    return clock + of("second") * 1000 - second;
  };
}

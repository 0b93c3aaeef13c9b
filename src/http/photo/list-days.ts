import { Problem } from "../../problem.ts";
import type { TimeSpan } from "../../records/records.ts";

/** The last Unix second that a date can be of; the first one is as far before 1970. */
export const LAST_SECOND = 8_640_000_000_000;

/**
 * The time of a year, month or day, in UTC: from, inclusively, until, exclusively, in milliseconds since 1970.
 * @throws Problem invalid_input where what a part stands in is missing, or there is no such day
 */
export function timeOf(
  year: number | undefined,
  month: number | undefined,
  day: number | undefined,
): TimeSpan | undefined {
  if (month !== undefined && year === undefined) throw needs("month", "year");
  if (day !== undefined && month === undefined) throw needs("day", "month");
  if (year === undefined) return undefined;
  if (month === undefined) return { from: Date.UTC(year, 0), until: Date.UTC(year + 1, 0) };
  if (day === undefined) return { from: Date.UTC(year, month - 1), until: Date.UTC(year, month) };
  const from = Date.UTC(year, month - 1, day);
  if (new Date(from).getUTCDate() !== day) {
    throw new Problem("invalid_input", `day must be one that the month has, not "${day}".`);
  }
  return { from, until: Date.UTC(year, month - 1, day + 1) };
}

/**
 * The time between two moments, of which either may be left open.
 * @param name of the parameters, which end in `_from` and `_until`
 * @param from in Unix seconds, as `until`
 * @throws Problem invalid_input where nothing lies between them
 */
export function spanOf(
  name: "created" | "taken",
  from: number | undefined,
  until: number | undefined,
): TimeSpan | undefined {
  if (from === undefined && until === undefined) return undefined;
  if (from !== undefined && until !== undefined && from >= until) {
    throw new Problem("invalid_input", `${name}_until must be later than ${name}_from.`);
  }
  return { from: (from ?? -LAST_SECOND) * 1000, until: (until ?? LAST_SECOND) * 1000 };
}

/** The time that lies in all of these; one in which there is no moment where they have none in common. */
export function commonSpan(...spans: readonly (TimeSpan | undefined)[]): TimeSpan | undefined {
  const given = spans.filter((span) => span !== undefined);
  if (given.length === 0) return undefined;
  return {
    from: Math.max(...given.map(({ from }) => from)),
    until: Math.min(...given.map(({ until }) => until)),
  };
}

function needs(name: string, other: string): Problem {
  return new Problem("invalid_input", `${name} needs ${other} beside it.`);
}

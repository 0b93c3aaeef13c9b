import { Problem } from "../../problem.ts";

/**
 * The time of a year, month or day, in UTC: from, inclusively, until, exclusively, in milliseconds since 1970.
 * @throws Problem invalid_input where what a part stands in is missing, or there is no such day
 */
export function timeOf(
  year: number | undefined,
  month: number | undefined,
  day: number | undefined,
): { from: number; until: number } | undefined {
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

function needs(name: string, other: string): Problem {
  return new Problem("invalid_input", `${name} needs ${other} beside it.`);
}

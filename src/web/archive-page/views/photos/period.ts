import type { ApiParams } from "../../api.ts";

/** Which of a photo's times is meant: when it came, or when it was taken (or else came). */
export const TIMES = ["arrived", "taken"] as const;

/** Days of one of the times of photos, by the clocks of whoever looks. */
export type Period = {
  time: "" | (typeof TIMES)[number];
  /** The first day, `YYYY-MM-DD`; empty: from the beginning. */
  from: string;
  /** The last day; empty: until now. */
  to: string;
};

/** What may be said. In an earlier year, or a later one, it is still being typed: the 2 of 2026 is the year 2. */
export const FIRST_DAY = "1800-01-01";
export const LAST_DAY = "9999-12-31";

/** @returns the day if it is one of the calendar, `YYYY-MM-DD`; else an empty string */
export function readDay(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < FIRST_DAY) return "";
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : "";
}

/** Reads the parameters of an address: a day that there is not counts as not set, and a time that ends before it begins is turned round. */
export function readPeriod(params: URLSearchParams): Period {
  const [from, to] = [readDay(params.get("from") ?? ""), readDay(params.get("to") ?? "")];
  const time = TIMES.find((known) => known === params.get("time")) ?? "";
  return from !== "" && to !== "" && from > to ? { time, from: to, to: from } : { time, from, to };
}

/** The same for the API: from the beginning of the first day until the end of the last one, in Unix seconds. */
export function periodParams({ time, from, to }: Period): ApiParams {
  const name = time === "taken" ? "taken" : "created";
  return {
    ...(from !== "" && { [`${name}_from`]: beginningOf(from, 0) }),
    ...(to !== "" && { [`${name}_until`]: beginningOf(to, 1) }),
  };
}

/** When a day begins by the clocks of this device, in Unix seconds. @param later days after it */
function beginningOf(day: string, later: number): number {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return Math.floor(new Date(year, month - 1, date + later).getTime() / 1000);
}

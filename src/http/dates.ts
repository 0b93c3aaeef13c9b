/** The API's way of writing a time: YYYY-MM-DD HH:MM:SS, UTC. */
export function ansiDate(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

/** The day as people write it: November 23, 2026 (UTC). */
export function englishDay(at: number): string {
  return DAY.format(at);
}

/** The time as people write it: 10:40 PM (UTC). */
export function englishTime(at: number): string {
  return TIME.format(at);
}

/** Seconds since 1970, as times are where they are numbers; 0 for what has not happened. @param at milliseconds */
export function unixSeconds(at: number | null): number {
  return Math.floor((at ?? 0) / 1000);
}

const DAY = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" });
const TIME = new Intl.DateTimeFormat("en-US", {
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
